package io.firehole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.cli.Programs.Program;
import io.firehole.pool.transport.grpc.Bytes;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.GeyserGrpc;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeUpdate;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How {@code serve}, as a process of its own, ends when it is told to while monitors are served. */
@Timeout(180)
@EnabledOnOs({OS.LINUX, OS.MAC})
@Tag("alone")
class EndingTest {

    private static final Logger log = LoggerFactory.getLogger(EndingTest.class);

    private static final Duration CLEANUP = Duration.ofSeconds(5);
    private static final Duration NOTICED_WITHIN = Duration.ofMillis(100);
    private static final int NOT_SERVING = 2;

    @TempDir
    private Path folder;

    private Programs programs;
    private final List<ManagedChannel> channels = new ArrayList<>();
    private String endpoint = "";

    @BeforeEach
    void startProvider() throws Exception {
        programs = new Programs(folder);
        Program provider = programs.start(Map.of(), "simulate", "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0");
        endpoint = provider.firstLine().replaceAll("ready: provider ([^,]+),.*", "$1");
    }

    @AfterEach
    void endAll() {
        channels.forEach(ManagedChannel::shutdownNow);
        programs.close();
    }

    @Test
    void underLoadItSaysSoAtOnceAndSendsMonitorsAwayEvenly() throws Exception {
        Duration drain = Duration.ofSeconds(15);
        Serving serve = serve(drain);
        List<Stream> streams = serve.subscribed(20, 3);
        CompletableFuture<Long> notServing = serve.whenNotServing();

        serve.program().signal("TERM");
        long toldNanos = System.nanoTime();

        Duration noticed = Duration.ofNanos(notServing.get(30, TimeUnit.SECONDS) - toldNanos);
        assertThat(serve.program().process().waitFor(drain.plus(CLEANUP).toMillis(), TimeUnit.MILLISECONDS))
                .as("ends within its drain and %s", CLEANUP)
                .isTrue();
        Duration exited = Duration.ofNanos(System.nanoTime() - toldNanos);
        long[] ends = streams.stream().mapToLong(Stream::endedNanos).sorted().toArray();
        int worst = most(ends, Duration.ofSeconds(1));
        log.info(
                "{} streams, drain {}: NOT_SERVING after {} ms, most ends in a second {}, first after {} ms, exit after {} ms",
                streams.size(),
                drain,
                noticed.toMillis(),
                worst,
                (ends[0] - toldNanos) / 1_000_000,
                exited.toMillis());
        assertThat(serve.program().exitCode()).isZero();
        assertThat(noticed).isLessThanOrEqualTo(NOTICED_WITHIN);
        assertThat(worst).as("streams ended in the worst second").isLessThanOrEqualTo(streams.size() / 10);
        assertThat(streams).allSatisfy(stream -> {
            assertThat(stream.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(stream.status().getDescription())
                    .matches("server is shutting down try again later; last complete slot \\d+");
        });
    }

    @Test
    void toldTwiceItEndsAtOnce() throws Exception {
        Serving serve = serve(Duration.ofHours(1));
        List<Stream> streams = serve.subscribed(4, 2);
        CompletableFuture<Long> notServing = serve.whenNotServing();
        serve.program().signal("TERM");
        notServing.get(30, TimeUnit.SECONDS);
        assertThat(streams).anyMatch(Stream::isOpen);

        serve.program().signal("TERM");

        assertThat(serve.program().process().waitFor(CLEANUP.toMillis(), TimeUnit.MILLISECONDS))
                .isTrue();
        assertThat(serve.program().exitCode()).isZero();
        assertThat(serve.program().words()).contains("firehole: stopping: 8 streams are sent away over 1h");
        assertThat(streams)
                .allSatisfy(stream -> assertThat(stream.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
    }

    @Test
    void theDrainCommandDoesAsASignalDoes() throws Exception {
        Serving serve = serve(Duration.ofHours(1));
        List<Stream> streams = serve.subscribed(2, 2);

        Program drain = programs.start(Map.of(), "drain", "--console", "http://" + serve.console());
        assertThat(drain.firstLine()).isEqualTo("draining: 4 streams are open, all will have ended within 1h");
        assertThat(drain.exitCode()).isZero();
        assertThat(streams).anyMatch(Stream::isOpen);
        Program now = programs.start(Map.of(), "drain", "--now", "--console", "http://" + serve.console());
        assertThat(now.firstLine()).isEqualTo("ending at once");

        assertThat(serve.program().process().waitFor(CLEANUP.toMillis(), TimeUnit.MILLISECONDS))
                .isTrue();
        assertThat(serve.program().exitCode()).isZero();
        assertThat(streams)
                .allSatisfy(stream -> assertThat(stream.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
        Program nobody = programs.start(Map.of(), "drain", "--console", "http://" + serve.console());
        assertThat(nobody.exitCode()).isEqualTo(3);
    }

    private Serving serve(Duration drain) throws IOException {
        Program program = programs.start(
                Map.of("GRPC_URL", "http://" + endpoint, "FIREHOLE_GATEWAY_DRAIN", drain.toSeconds() + "s"),
                "serve",
                "--gateway",
                "127.0.0.1:0");
        String ready = program.firstLine();
        assertThat(ready).startsWith("ready: ");
        return new Serving(
                program,
                ready.replaceAll("ready: gateway ([^,]+),.*", "$1"),
                ready.replaceAll(".*console ([^,]+),.*", "$1"));
    }

    /** The most of these sorted times that lie within one stretch of that length. */
    private static int most(long[] times, Duration stretch) {
        return Arrays.stream(times)
                .mapToInt(from -> (int) Arrays.stream(times)
                        .filter(time -> time >= from && time - from < stretch.toNanos())
                        .count())
                .max()
                .orElse(0);
    }

    private final class Serving {

        private final Program program;
        private final String gateway;
        private final String console;

        Serving(Program program, String gateway, String console) {
            this.program = program;
            this.gateway = gateway;
            this.console = console;
        }

        Program program() {
            return program;
        }

        String console() {
            return console;
        }

        private ManagedChannel channel() {
            ManagedChannel channel = NettyChannelBuilder.forTarget(gateway)
                    .usePlaintext()
                    .maxInboundMessageSize(64 << 20)
                    .build();
            channels.add(channel);
            return channel;
        }

        /** So many clients with so many streams each, all served. */
        List<Stream> subscribed(int clients, int streamsEach) throws Exception {
            SubscribeRequest request = SubscribeRequest.newBuilder()
                    .setCommitment(CommitmentLevel.PROCESSED)
                    .putTransactions(
                            "t",
                            SubscribeRequestFilterTransactions.newBuilder()
                                    .setVote(false)
                                    .addAccountInclude("6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P")
                                    .build())
                    .build();
            List<Stream> streams = new ArrayList<>();
            for (int client = 0; client < clients; client++) {
                ManagedChannel channel = channel();
                for (int i = 0; i < streamsEach; i++) {
                    Stream stream = new Stream();
                    GeyserGrpc.newStub(channel).subscribe(stream).onNext(request);
                    streams.add(stream);
                }
            }
            for (Stream stream : streams) {
                stream.served.get(60, TimeUnit.SECONDS);
            }
            return streams;
        }

        /** When a health watch heard of it, in {@link System#nanoTime}. */
        CompletableFuture<Long> whenNotServing() throws Exception {
            CompletableFuture<Void> serving = new CompletableFuture<>();
            CompletableFuture<Long> notServing = new CompletableFuture<>();
            ClientCall<byte[], byte[]> watch = channel().newCall(HEALTH_WATCH, CallOptions.DEFAULT);
            watch.start(
                    new ClientCall.Listener<>() {
                        @Override
                        public void onMessage(byte[] status) {
                            if (status[1] == NOT_SERVING) {
                                notServing.complete(System.nanoTime());
                            } else {
                                serving.complete(null);
                            }
                        }
                    },
                    new Metadata());
            watch.request(Integer.MAX_VALUE);
            watch.sendMessage(new byte[0]);
            watch.halfClose();
            serving.get(30, TimeUnit.SECONDS);
            return notServing;
        }
    }

    private static final class Stream implements StreamObserver<SubscribeUpdate> {

        private static final int SLOTS_SEEN = 3;

        final CompletableFuture<Void> served = new CompletableFuture<>();
        private final CompletableFuture<Status> end = new CompletableFuture<>();
        private volatile long endedNanos;
        private long firstSlot;

        @Override
        public void onNext(SubscribeUpdate update) {
            if (update.hasTransaction()) {
                long slot = update.getTransaction().getSlot();
                firstSlot = firstSlot == 0 ? slot : firstSlot;
                if (slot >= firstSlot + SLOTS_SEEN) {
                    served.complete(null);
                }
            }
        }

        @Override
        public void onError(Throwable failure) {
            endedNanos = System.nanoTime();
            end.complete(Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted() {
            onError(Status.OK.asRuntimeException());
        }

        boolean isOpen() {
            return !end.isDone();
        }

        Status status() {
            return end.orTimeout(30, TimeUnit.SECONDS).join();
        }

        long endedNanos() {
            status();
            return endedNanos;
        }
    }

    private static final MethodDescriptor<byte[], byte[]> HEALTH_WATCH = MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
            .setFullMethodName("grpc.health.v1.Health/Watch")
            .setRequestMarshaller(Bytes.MARSHALLER)
            .setResponseMarshaller(Bytes.MARSHALLER)
            .build();
}
