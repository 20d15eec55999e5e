package io.firehole.gateway;

import static io.firehole.gateway.FakeUpstream.PATIENCE_SECONDS;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.firehole.gateway.FakeUpstream.UnaryCall;
import io.firehole.gateway.RawClient.Seen;
import io.firehole.pool.transport.Connection.UnaryReply;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.framing.MessageHeader;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.GetLatestBlockhashRequest;
import io.firehole.wire.proto.GetLatestBlockhashResponse;
import io.firehole.wire.proto.GetSlotRequest;
import io.firehole.wire.proto.GetSlotResponse;
import io.firehole.wire.proto.GetVersionRequest;
import io.firehole.wire.proto.GetVersionResponse;
import io.firehole.wire.proto.PingRequest;
import io.firehole.wire.proto.SubscribeReplayInfoRequest;
import io.firehole.wire.proto.SubscribeReplayInfoResponse;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The calls with one answer: the gateway's own, and those it hands to the provider. */
@Timeout(2 * PATIENCE_SECONDS)
class UnaryTest {

    private static OpenGateway open;
    private static StockClient client;

    @BeforeAll
    static void openAll() throws Exception {
        open = new OpenGateway();
        client = open.stockClient();
    }

    @AfterAll
    static void closeAll() {
        open.close();
    }

    @Test
    void answersPingItself() {
        assertThat(client.blocking()
                        .ping(PingRequest.newBuilder().setCount(7).build())
                        .getCount())
                .isEqualTo(7);
    }

    @Test
    void forwardsWhatTheProviderAnswers() throws Exception {
        CompletableFuture<GetSlotResponse> slot = calling(() -> client.blocking()
                .getSlot(GetSlotRequest.newBuilder()
                        .setCommitment(CommitmentLevel.FINALIZED)
                        .build()));
        UnaryCall call = open.upstream.nextUnaryCall();
        assertThat(call.method()).isEqualTo("geyser.Geyser/GetSlot");
        assertThat(GetSlotRequest.parseFrom(call.request()).getCommitment()).isEqualTo(CommitmentLevel.FINALIZED);

        call.reply()
                .complete(new UnaryReply.Answered(GetSlotResponse.newBuilder()
                        .setSlot(361_774_429)
                        .build()
                        .toByteString()));

        assertThat(slot.join().getSlot()).isEqualTo(361_774_429);
    }

    @Test
    void forwardsEveryMethodOfTheService() throws Exception {
        CompletableFuture<GetVersionResponse> version =
                calling(() -> client.blocking().getVersion(GetVersionRequest.getDefaultInstance()));
        answer("geyser.Geyser/GetVersion");
        version.join();
        CompletableFuture<SubscribeReplayInfoResponse> replay =
                calling(() -> client.blocking().subscribeReplayInfo(SubscribeReplayInfoRequest.getDefaultInstance()));
        answer("geyser.Geyser/SubscribeReplayInfo");
        replay.join();
        CompletableFuture<GetLatestBlockhashResponse> blockhash =
                calling(() -> client.blocking().getLatestBlockhash(GetLatestBlockhashRequest.getDefaultInstance()));
        answer("geyser.Geyser/GetLatestBlockhash");
        blockhash.join();
    }

    @Test
    void passesTheProvidersStatusOn() throws Exception {
        CompletableFuture<GetSlotResponse> slot =
                calling(() -> client.blocking().getSlot(GetSlotRequest.getDefaultInstance()));
        open.upstream
                .nextUnaryCall()
                .reply()
                .complete(new UnaryReply.Failed(GrpcStatus.Code.INTERNAL.with("block is not available yet")));

        assertThatThrownBy(slot::join)
                .cause()
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessage("INTERNAL: block is not available yet");
    }

    @Test
    void refusesCallsWithoutATokenWhereOneIsNeeded(@TempDir Path folder) throws Exception {
        Path tokens = Files.writeString(folder.resolve("tokens"), "river-3f0a monitor\n");
        try (OpenGateway guarded = new OpenGateway(OpenGateway.CONFIG.withTokens(tokens))) {
            StockClient stranger = guarded.stockClient();
            assertThatThrownBy(() -> stranger.blocking().ping(PingRequest.getDefaultInstance()))
                    .hasMessage("UNAUTHENTICATED: No valid auth token");
            assertThat(stranger.blocking("x-token", "river-3f0a")
                            .ping(PingRequest.getDefaultInstance())
                            .getCount())
                    .isZero();
        }
    }

    @Test
    void refusesTwoRequestsNoneAndOnesThatAreTooLarge() throws Exception {
        byte[] ping = MessageHeader.frame(PingRequest.getDefaultInstance().toByteArray());
        RawClient raw = open.rawClient();
        RawClient.Call two = raw.call("/geyser.Geyser/Ping");
        two.sendBytes(ping);
        two.sendBytes(ping);
        assertThat(two.headers().values()).containsEntry("grpc-status", "13");

        RawClient.Call none = raw.call("/geyser.Geyser/Ping");
        none.halfClose();
        assertThat(none.headers().values()).containsEntry("grpc-message", "the call ended without a request");

        RawClient.Call large = raw.call("/geyser.Geyser/Ping");
        large.send(new byte[70_000]);
        assertThat(large.headers().values())
                .containsEntry("grpc-status", "8")
                .containsEntry("grpc-message", "message of 70000 bytes exceeds the limit of 65536 bytes");
    }

    @Test
    void tellsItsHealthToAnyone(@TempDir Path folder) throws Exception {
        Path tokens = Files.writeString(folder.resolve("tokens"), "river-3f0a monitor\n");
        try (OpenGateway guarded = new OpenGateway(OpenGateway.CONFIG.withTokens(tokens))) {
            assertThat(check(guarded, "")).containsExactly(0x08, 1);
            assertThat(check(guarded, "geyser.Geyser")).containsExactly(0x08, 1);

            RawClient.Call other = guarded.rawClient().call("/grpc.health.v1.Health/Check");
            ask(other, "other.Service");
            assertThat(other.headers().values())
                    .containsEntry("grpc-status", "5")
                    .containsEntry("grpc-message", "service not registered");
        }
    }

    @Test
    void tellsThoseWhoWatchThatItCloses() throws Exception {
        OpenGateway closing = new OpenGateway();
        RawClient.Call watch = closing.rawClient().call("/grpc.health.v1.Health/Watch");
        ask(watch, "");
        watch.headers();
        assertThat(watch.data().bytes().toByteArray()).endsWith(0x08, 1);

        closing.gateway.stop();

        assertThat(watch.data().bytes().toByteArray()).endsWith(0x08, 2);
        assertThat(watch.nextButData())
                .isInstanceOfSatisfying(
                        Seen.Headers.class, end -> assertThat(end.values()).containsEntry("grpc-status", "14"));
        closing.close();
    }

    private static byte[] check(OpenGateway gateway, String service) throws InterruptedException {
        RawClient.Call call = gateway.rawClient().call("/grpc.health.v1.Health/Check");
        ask(call, service);
        call.headers();
        byte[] framed = call.data().bytes().toByteArray();
        return Arrays.copyOfRange(framed, MessageHeader.BYTES, framed.length);
    }

    private static void ask(RawClient.Call call, String service) {
        byte[] name = service.getBytes(US_ASCII);
        byte[] request = new byte[name.length + 2];
        request[0] = 0x0a; // field 1, a string
        request[1] = (byte) name.length;
        System.arraycopy(name, 0, request, 2, name.length);
        call.send(request);
        call.halfClose();
    }

    private static void answer(String method) throws InterruptedException {
        UnaryCall call = open.upstream.nextUnaryCall();
        assertThat(call.method()).isEqualTo(method);
        call.reply().complete(new UnaryReply.Answered(ByteString.EMPTY));
    }

    private static <T> CompletableFuture<T> calling(Supplier<T> call) {
        return CompletableFuture.supplyAsync(call, Thread::startVirtualThread);
    }
}
