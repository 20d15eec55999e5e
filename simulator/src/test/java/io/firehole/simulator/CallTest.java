package io.firehole.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.simulator.RawClient.Frame;
import io.firehole.wire.framing.MessageEncoding;
import io.firehole.wire.framing.MessageHeader;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.GetBlockHeightRequest;
import io.firehole.wire.proto.GetLatestBlockhashRequest;
import io.firehole.wire.proto.GetLatestBlockhashResponse;
import io.firehole.wire.proto.GetSlotRequest;
import io.firehole.wire.proto.GetVersionRequest;
import io.firehole.wire.proto.GeyserGrpc;
import io.firehole.wire.proto.IsBlockhashValidRequest;
import io.firehole.wire.proto.PingRequest;
import io.firehole.wire.proto.SubscribeDeshredRequest;
import io.firehole.wire.proto.SubscribeReplayInfoRequest;
import io.firehole.wire.proto.SubscribeRequestFilterDeshredTransactions;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateDeshred;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of every kind, and how they are refused. */
class CallTest {

    private static final String TOKEN = "very-secret";
    private static final Map<String, String> WITH_TOKEN = Map.of("x-token", TOKEN);

    private static Simulator simulator;
    private static StockClient client;
    private static GeyserGrpc.GeyserBlockingStub stub;

    @BeforeAll
    static void start() throws IOException {
        simulator = Simulator.start(
                SimulatorConfig.builder().onFreePorts().speed(10).token(TOKEN).build());
        client = new StockClient(simulator.address());
        stub = GeyserGrpc.newBlockingStub(client.with(WITH_TOKEN));
    }

    @AfterAll
    static void stop() {
        client.close();
        simulator.close();
    }

    @Test
    void unaryMethodsAnswerFromTheFirstSecond() {
        assertThat(stub.ping(PingRequest.newBuilder().setCount(-3).build()).getCount())
                .isEqualTo(-3);
        long processed = stub.getSlot(GetSlotRequest.getDefaultInstance()).getSlot();
        long finalized = stub.getSlot(GetSlotRequest.newBuilder()
                        .setCommitment(CommitmentLevel.FINALIZED)
                        .build())
                .getSlot();
        assertThat(finalized).isLessThan(processed);
        assertThat(stub.getBlockHeight(GetBlockHeightRequest.getDefaultInstance())
                        .getBlockHeight())
                .isPositive();
        GetLatestBlockhashResponse latest = stub.getLatestBlockhash(GetLatestBlockhashRequest.getDefaultInstance());
        assertThat(latest.getLastValidBlockHeight()).isGreaterThan(300);
        assertThat(stub.isBlockhashValid(IsBlockhashValidRequest.newBuilder()
                                .setBlockhash(latest.getBlockhash())
                                .build())
                        .getValid())
                .isTrue();
        assertThat(stub.isBlockhashValid(IsBlockhashValidRequest.newBuilder()
                                .setBlockhash("11111111111111111111111111111111")
                                .build())
                        .getValid())
                .isFalse();
        assertThat(stub.getVersion(GetVersionRequest.getDefaultInstance()).getVersion())
                .startsWith("{\"version\":{\"package\":")
                .contains("\"extra\":{\"hostname\":");
        assertThat(stub.subscribeReplayInfo(SubscribeReplayInfoRequest.getDefaultInstance())
                        .getFirstAvailable())
                .isLessThan(processed);
    }

    @Test
    void aCommitmentThatIsNoneIsAnsweredWithUnknown() {
        Status status = failure(() ->
                stub.getSlot(GetSlotRequest.newBuilder().setCommitmentValue(7).build()));
        assertThat(status.getCode()).isEqualTo(Status.Code.UNKNOWN);
        assertThat(status.getDescription()).isEqualTo("failed to create CommitmentLevel from 7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "wrong", "very-secret "})
    void withoutTheTokenNothingButHealthIsAnswered(String token) throws Exception {
        try (RawClient raw = new RawClient(simulator.address())) {
            Map<String, String> metadata = token.isEmpty() ? Map.of() : Map.of("x-token", token);
            for (String method : new String[] {"Subscribe", "SubscribeDeshred", "Ping", "NoSuchMethod"}) {
                int stream = raw.call(method, metadata, new byte[0]);
                Frame refusal = raw.next(RawClient.HEADERS);
                assertThat(refusal.endsStream()).as("trailers only").isTrue();
                Http2Headers headers = refusal.headers();
                assertThat(refusal.stream()).isEqualTo(stream);
                assertThat(headers.status().toString()).isEqualTo("200");
                assertThat(headers.get("grpc-status").toString()).isEqualTo("16");
                assertThat(headers.get("grpc-message").toString()).isEqualTo("No valid auth token");
            }
        }
    }

    @Test
    void healthIsServedWithoutAToken() throws Exception {
        byte[] geyser = {10, 13, 'g', 'e', 'y', 's', 'e', 'r', '.', 'G', 'e', 'y', 's', 'e', 'r'};
        try (RawClient raw = new RawClient(simulator.address())) {
            for (byte[] name : new byte[][] {new byte[0], geyser}) {
                int check = raw.call("/grpc.health.v1.Health/Check", Map.of(), name);
                assertThat(new MessageReader(raw, check).next()).containsExactly(8, 1);
                assertThat(raw.trailers(check).get("grpc-status").toString()).isEqualTo("0");
            }
            int watch = raw.call("/grpc.health.v1.Health/Watch", Map.of(), geyser);
            assertThat(new MessageReader(raw, watch).next()).containsExactly(8, 1);
            int other = raw.call("/grpc.health.v1.Health/Check", Map.of(), new byte[] {10, 1, 'x'});
            Http2Headers refusal = raw.trailers(other);
            assertThat(refusal.get("grpc-status").toString()).isEqualTo("5");
            assertThat(refusal.get("grpc-message").toString()).isEqualTo("service not registered");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/geyser.Geyser/NoSuchMethod",
                "/geyser.Geyser/",
                "/geyser.Geyser/more/Subscribe",
                "/grpc.health.v1.Health/List",
                "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                "/"
            })
    void aMethodThatIsNoneIsUnimplemented(String path) throws Exception {
        try (RawClient raw = new RawClient(simulator.address())) {
            int stream = raw.call(path, WITH_TOKEN, new byte[0]);
            Http2Headers refusal = raw.trailers(stream);
            assertThat(refusal.get("grpc-status").toString()).isEqualTo("12");
        }
    }

    @Test
    void anEncodingNotKnownIsRefusedByItsName() throws Exception {
        try (RawClient raw = new RawClient(simulator.address())) {
            int stream = raw.call("Ping", Map.of("x-token", TOKEN, "grpc-encoding", "snappy"), new byte[0]);
            Http2Headers refusal = raw.trailers(stream);
            assertThat(refusal.get("grpc-status").toString()).isEqualTo("12");
            assertThat(refusal.get("grpc-message").toString())
                    .isEqualTo("Content is compressed with `snappy` which isn't supported");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = MessageEncoding.class,
            names = {"GZIP", "ZSTD"})
    void packedRequestsAreReadAndAnswersPackedInTheFirstEncodingNamed(MessageEncoding encoding) throws Exception {
        String other = encoding == MessageEncoding.GZIP ? "zstd" : "gzip";
        try (RawClient raw = new RawClient(simulator.address())) {
            int stream = raw.call(
                    "Subscribe",
                    Map.of(
                            "x-token",
                            TOKEN,
                            "grpc-encoding",
                            encoding.wireName(),
                            "grpc-accept-encoding",
                            "identity, " + encoding.wireName() + "," + other));
            byte[] packed = encoding.compress(Requests.blocksMeta("m").toByteArray());
            byte[] framed = new byte[MessageHeader.BYTES + packed.length];
            MessageHeader.write(true, packed.length, framed, 0);
            System.arraycopy(packed, 0, framed, MessageHeader.BYTES, packed.length);
            raw.sendRaw(stream, framed);
            Frame headers = raw.next(RawClient.HEADERS);
            assertThat(headers.headers().get("grpc-encoding").toString()).isEqualTo(encoding.wireName());
            Frame first = raw.next(RawClient.DATA);
            assertThat(first.payload().get(0)).as("even the ping is packed").isEqualTo((byte) 1);
            MessageReader reader = new MessageReader(raw, stream, encoding);
            SubscribeUpdate update = SubscribeUpdate.parseFrom(reader.next());
            assertThat(update.getFiltersList()).containsExactly("m");
        }
    }

    @Test
    void pingsOfHttp2AreAnsweredAtAnyRate() throws Exception {
        try (RawClient raw = new RawClient(simulator.address())) {
            for (int i = 0; i < 5_000; i++) {
                raw.ping();
            }
            for (int i = 0; i < 5_000; i++) {
                raw.next(RawClient.PING);
            }
        }
    }

    @Test
    void manyStreamsOpenAndResetOnOneConnection() throws Exception {
        try (RawClient raw = new RawClient(simulator.address())) {
            for (int i = 0; i < 1_000; i++) {
                raw.reset(raw.call("Subscribe", WITH_TOKEN, Requests.slots("s").toByteArray()));
            }
            int stream = raw.call("Subscribe", WITH_TOKEN, Requests.slots("s").toByteArray());
            MessageReader reader = new MessageReader(raw, stream);
            assertThat(SubscribeUpdate.parseFrom(reader.next()).hasPing()).isTrue();
        }
        Eventually.eventually("all streams are closed", () -> simulator.report().streams() == 0);
    }

    @Test
    void deshredStreamsPingAndCarryTransactionsBeforeTheirSlotIsDone() throws Exception {
        BlockingQueue<SubscribeUpdateDeshred> updates = new LinkedBlockingQueue<>();
        StreamObserver<SubscribeDeshredRequest> requests = GeyserGrpc.newStub(client.with(WITH_TOKEN))
                .subscribeDeshred(new StreamObserver<>() {
                    @Override
                    public void onNext(SubscribeUpdateDeshred update) {
                        updates.add(update);
                    }

                    @Override
                    public void onError(Throwable problem) {}

                    @Override
                    public void onCompleted() {}
                });
        SubscribeUpdateDeshred ping = updates.poll(20, TimeUnit.SECONDS);
        assertThat(ping).isNotNull().matches(SubscribeUpdateDeshred::hasPing);
        requests.onNext(SubscribeDeshredRequest.newBuilder()
                .putDeshredTransactions(
                        "t",
                        SubscribeRequestFilterDeshredTransactions.newBuilder()
                                .setVote(false)
                                .build())
                .build());
        SubscribeUpdateDeshred update = updates.poll(20, TimeUnit.SECONDS);
        assertThat(update).isNotNull();
        assertThat(update.getFiltersList()).containsExactly("t");
        assertThat(update.getDeshredTransaction().getTransaction().getIsVote()).isFalse();
        requests.onError(Status.CANCELLED.asRuntimeException());
    }

    @Test
    void aShutDownIsToldToOpenStreamsAndTakesLessThanASecond() throws Exception {
        Simulator other =
                Simulator.start(SimulatorConfig.builder().onFreePorts().build());
        try (StockClient leaving = new StockClient(other.address());
                RawClient raw = new RawClient(other.address())) {
            StockClient.Stream stream = leaving.subscribe(Requests.slots("s"));
            stream.next();
            raw.call("Subscribe", Map.of());
            raw.next(RawClient.DATA);
            long start = System.nanoTime();
            other.close();
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(1));
            assertThat(stream.ended().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(stream.ended().getDescription()).isEqualTo("server is shutting down try again later");
            raw.next(frame -> frame.type() == RawClient.FIN || frame.type() == RawClient.RESET);
        }
    }

    @Test
    void anAddressThatIsTakenIsNamed() {
        InetSocketAddress taken = simulator.address();
        assertThatThrownBy(() -> Simulator.start(
                        SimulatorConfig.builder().onFreePorts().listen(taken).build()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot listen on " + taken.getHostString() + ":" + taken.getPort());
    }

    private static Status failure(Runnable call) {
        try {
            call.run();
        } catch (StatusRuntimeException e) {
            return e.getStatus();
        }
        throw new AssertionError("the call did not fail");
    }
}
