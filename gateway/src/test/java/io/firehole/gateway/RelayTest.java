package io.firehole.gateway;

import static io.firehole.gateway.FakeUpstream.PATIENCE_SECONDS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.gateway.AnyProvider.Taken;
import io.firehole.gateway.access.Refusal;
import io.firehole.gateway.stream.StreamTimes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Methods that the gateway knows nothing of, between a client and a server of grpc-java. */
@Timeout(2 * PATIENCE_SECONDS)
class RelayTest {

    private static final MethodDescriptor<byte[], byte[]> METHOD = RelayedMethod.named("some.other.Service/Exchange");
    private static final int LARGE = 5 << 20;

    private final Random random = new Random(4);
    private AnyProvider provider;

    @BeforeEach
    void openProvider() throws Exception {
        provider = new AnyProvider();
    }

    @AfterEach
    void closeProvider() {
        provider.close();
    }

    @Test
    void carriesTheBytesOfBothSidesWhateverTheirSize() throws Exception {
        try (OpenGateway open = opened(OpenGateway.CONFIG)) {
            Client client = Client.calls(open);
            Taken taken = provider.next().begins(new Metadata());
            assertThat(taken.method().getFullMethodName()).isEqualTo(METHOD.getFullMethodName());
            for (int size : new int[] {0, 1, 5, 1_000, 70_000, LARGE}) {
                byte[] up = bytes(size);
                byte[] down = bytes(size + 3);
                client.call.sendMessage(up);
                assertThat(taken.nextMessage()).isEqualTo(up);
                taken.call.sendMessage(down);
                assertThat(client.next()).isEqualTo(down);
            }
            List<byte[]> many = new ArrayList<>();
            for (int i = 0; i < 3_000; i++) {
                many.add(bytes(random.nextInt(200)));
                taken.call.sendMessage(many.get(i));
            }
            for (byte[] message : many) {
                assertThat(client.next()).isEqualTo(message);
            }
            client.call.halfClose();
            taken.call.request(1);
            assertThat(taken.halfClosed).succeedsWithin(PATIENCE_SECONDS, SECONDS);
            taken.ends(Status.OK, new Metadata());
            assertThat(client.status().isOk()).isTrue();
            assertThat(open.gateway.stats().relayed()).satisfies(figures -> {
                assertThat(figures.opened()).isEqualTo(1);
                assertThat(figures.messagesUp()).isEqualTo(6);
                assertThat(figures.messagesDown()).isEqualTo(3_006);
                assertThat(figures.failed()).isZero();
            });
        }
    }

    @Test
    void carriesAUnaryCallThatHasEndedItsSideAtOnce() throws Exception {
        try (OpenGateway open = opened(OpenGateway.CONFIG)) {
            Client client = Client.calls(open);
            client.call.sendMessage(bytes(10));
            client.call.halfClose();
            Taken taken = provider.next();
            assertThat(taken.nextMessage()).hasSize(10);
            taken.call.request(1);
            assertThat(taken.halfClosed).succeedsWithin(PATIENCE_SECONDS, SECONDS);
            taken.begins(new Metadata()).call.sendMessage(bytes(20));
            taken.ends(Status.OK, new Metadata());

            assertThat(client.next()).hasSize(20);
            assertThat(client.status().isOk()).isTrue();
        }
    }

    @Test
    void tellsTheProvidersStatusAndMetadataAndNoTokens() throws Exception {
        try (OpenGateway open = opened(OpenGateway.CONFIG)) {
            Client client = Client.calls(open);
            Taken taken = provider.next().begins(metadata("x-region", "fra", "x-token", "theirs"));
            taken.ends(
                    Status.FAILED_PRECONDITION.withDescription("50% of ümlauts"),
                    metadata("x-slot", "7", "authorization", "theirs", "x-raw-bin", "\u0001\u00ff"));

            Status status = client.status();
            assertThat(status.getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
            assertThat(status.getDescription()).isEqualTo("50% of ümlauts");
            assertThat(value(client.headers.join(), "x-region")).isEqualTo("fra");
            assertThat(client.headers.join().keys()).doesNotContain("x-token");
            assertThat(value(client.trailers.join(), "x-slot")).isEqualTo("7");
            assertThat(client.trailers.join().keys()).doesNotContain("authorization");
            assertThat(client.trailers.join().get(Metadata.Key.of("x-raw-bin", Metadata.BINARY_BYTE_MARSHALLER)))
                    .isEqualTo(new byte[] {1, (byte) 0xff});
        }
    }

    @Test
    void takesAlongTheMetadataThatIsConfiguredAndNoOther() throws Exception {
        try (OpenGateway open = opened(OpenGateway.CONFIG.withRelayedMetadata(Set.of("x-region", "x-raw-bin")))) {
            Client.calls(
                    open, CallOptions.DEFAULT, "x-token", "ours", "x-region", "ams", "x-other", "o", "x-raw-bin", "ab");
            Metadata headers = provider.next().headers;

            assertThat(value(headers, "x-region")).isEqualTo("ams");
            assertThat(headers.get(Metadata.Key.of("x-raw-bin", Metadata.BINARY_BYTE_MARSHALLER)))
                    .isEqualTo(new byte[] {'a', 'b'});
            assertThat(headers.keys()).doesNotContain("x-token", "x-other", "x-monitor-id");
        }
    }

    @Test
    void aRefusalOfTheProviderComesBeforeAnyHeaders() throws Exception {
        try (OpenGateway open = opened(OpenGateway.CONFIG)) {
            RawClient.Call call = open.rawClient().call("/some.other.Service/Exchange");
            provider.next().ends(Status.UNIMPLEMENTED.withDescription("no such thing"), new Metadata());

            RawClient.Seen.Headers answer = call.headers();
            assertThat(answer.last()).isTrue();
            assertThat(answer.values())
                    .containsEntry("grpc-status", "12")
                    .containsEntry("grpc-message", "no such thing");
        }
    }

    @Test
    void theClientsDeadlineIsTheProvidersToo() throws Exception {
        try (OpenGateway open = opened(OpenGateway.CONFIG)) {
            Client client = Client.calls(open, CallOptions.DEFAULT.withDeadlineAfter(1, SECONDS));
            Taken taken = provider.next();
            assertThat(value(taken.headers, "grpc-timeout")).isNotNull();
            assertThat(client.status().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
            assertThat(taken.cancelled).succeedsWithin(PATIENCE_SECONDS, SECONDS);

            RawClient.Seen.Headers refused = open.rawClient()
                    .call("/some.other.Service/Exchange", "grpc-timeout", "soon")
                    .headers();
            assertThat(refused.values()).containsEntry("grpc-status", "3");
        }
    }

    @Test
    void aClientThatCancelsEndsTheProvidersCall() throws Exception {
        try (OpenGateway open = opened(OpenGateway.CONFIG)) {
            Client client = Client.calls(open);
            Taken taken = provider.next().begins(new Metadata());
            client.call.cancel("enough", null);
            assertThat(taken.cancelled).succeedsWithin(PATIENCE_SECONDS, SECONDS);
        }
    }

    @Test
    void aClientThatReadsNothingHoldsTheProviderBackAndIsCutOff() throws Exception {
        StreamTimes times = new StreamTimes(
                Duration.ofSeconds(10), Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(1));
        try (OpenGateway open = opened(OpenGateway.CONFIG.withTimes(times))) {
            RawClient.Call stalled = open.rawClient().call("/some.other.Service/Exchange");
            Taken taken = provider.next().begins(new Metadata());
            stalled.headers();
            int sent = 0;
            while (!taken.cancelled.isDone()) {
                if (taken.call.isReady()) {
                    taken.call.sendMessage(bytes(10_000));
                    sent++;
                } else {
                    Thread.onSpinWait();
                }
            }

            // Its own window, what waits here, and the windows and buffers of the connection to the provider.
            assertThat(sent).as("messages of 10 kB").isBetween(7, 600);
            assertThat(open.gateway.stats().relayed().stalled()).isEqualTo(1);
        }
    }

    @Test
    void aProviderThatReadsNothingHoldsTheClientBack() throws Exception {
        try (OpenGateway open = opened(OpenGateway.CONFIG)) {
            Client client = Client.calls(open);
            Taken taken = provider.next();
            byte[] message = bytes(10_000);
            int sent = 0;
            while (client.becomesReady(Duration.ofMillis(500))) {
                client.call.sendMessage(message);
                sent++;
            }
            assertThat(sent).as("messages of 10 kB").isBetween(10, 1_000);
            assertThat(taken.unasked()).isZero();

            for (int i = 0; i < sent; i++) {
                assertThat(taken.nextMessage()).hasSize(10_000);
            }
        }
    }

    @Test
    void aMonitorHasSoManyOfThemAndNoMore() throws Exception {
        try (OpenGateway open =
                opened(OpenGateway.CONFIG.withLimits(GatewayConfig.Limits.DEFAULT.withRelayedCalls(2)))) {
            Client first = Client.calls(open, CallOptions.DEFAULT, "x-monitor-id", "m");
            Taken taken = provider.next().begins(new Metadata());
            Client.calls(open, CallOptions.DEFAULT, "x-monitor-id", "m");
            provider.next();

            Status refused =
                    Client.calls(open, CallOptions.DEFAULT, "x-monitor-id", "m").status();
            assertThat(refused.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(refused.getDescription()).contains("monitor m has 2 calls open");
            assertThat(open.gateway.stats().refused()).containsEntry(Refusal.RELAYED_CALLS, 1L);
            Client.calls(open, CallOptions.DEFAULT, "x-monitor-id", "other");
            provider.next();

            taken.ends(Status.OK, new Metadata());
            assertThat(first.status().isOk()).isTrue();
            Client.calls(open, CallOptions.DEFAULT, "x-monitor-id", "m");
            provider.next();
        }
    }

    @Test
    void onlyWhoIsKnownIsRelayed(@TempDir Path folder) throws Exception {
        Path tokens = Files.writeString(folder.resolve("tokens"), "river-3f0a monitor\n");
        try (OpenGateway open = opened(OpenGateway.CONFIG.withTokens(tokens))) {
            assertThat(Client.calls(open).status().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
            Client.calls(open, CallOptions.DEFAULT, "x-token", "river-3f0a");
            assertThat(provider.next().headers.keys()).doesNotContain("x-token");
        }
    }

    @Test
    void theyEndWithTheGateway() throws Exception {
        OpenGateway open = opened(OpenGateway.CONFIG);
        Client client = Client.calls(open);
        Taken taken = provider.next().begins(new Metadata());

        open.gateway.close();

        assertThat(client.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(taken.cancelled).succeedsWithin(PATIENCE_SECONDS, SECONDS);
        open.close();
    }

    private OpenGateway opened(GatewayConfig config) throws Exception {
        OpenGateway open = new OpenGateway(config);
        open.upstream.relaysTo(provider.channel());
        return open;
    }

    private byte[] bytes(int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Names and values in turn; a binary value as its bytes in Latin 1. */
    private static Metadata metadata(String... fields) {
        Metadata metadata = new Metadata();
        for (int i = 0; i < fields.length; i += 2) {
            if (fields[i].endsWith("-bin")) {
                metadata.put(
                        Metadata.Key.of(fields[i], Metadata.BINARY_BYTE_MARSHALLER),
                        fields[i + 1].getBytes(StandardCharsets.ISO_8859_1));
            } else {
                metadata.put(Metadata.Key.of(fields[i], Metadata.ASCII_STRING_MARSHALLER), fields[i + 1]);
            }
        }
        return metadata;
    }

    private static @Nullable String value(Metadata metadata, String name) {
        return metadata.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    }

    /** A client's call, which reads at once. */
    private static final class Client extends ClientCall.Listener<byte[]> {

        final ClientCall<byte[], byte[]> call;
        final CompletableFuture<Metadata> headers = new CompletableFuture<>();
        final CompletableFuture<Metadata> trailers = new CompletableFuture<>();
        private final BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();
        private final BlockingQueue<Boolean> ready = new LinkedBlockingQueue<>();
        private final CompletableFuture<Status> status = new CompletableFuture<>();

        private Client(ClientCall<byte[], byte[]> call) {
            this.call = call;
        }

        static Client calls(OpenGateway open) {
            return calls(open, CallOptions.DEFAULT);
        }

        static Client calls(OpenGateway open, CallOptions options, String... fields) {
            Client client = new Client(open.stockClient().channel().newCall(METHOD, options));
            client.call.start(client, metadata(fields));
            client.call.request(Integer.MAX_VALUE);
            return client;
        }

        byte[] next() throws InterruptedException {
            byte[] next = messages.poll(PATIENCE_SECONDS, SECONDS);
            assertThat(next).as("a message; status %s", status).isNotNull();
            return Objects.requireNonNull(next);
        }

        Status status() {
            assertThat(status).succeedsWithin(PATIENCE_SECONDS, SECONDS);
            return status.join();
        }

        boolean becomesReady(Duration within) throws InterruptedException {
            while (!call.isReady()) {
                if (ready.poll(within.toMillis(), MILLISECONDS) == null) {
                    return call.isReady();
                }
            }
            return true;
        }

        @Override
        public void onHeaders(Metadata begun) {
            headers.complete(begun);
        }

        @Override
        public void onMessage(byte[] message) {
            messages.add(message);
        }

        @Override
        public void onReady() {
            ready.add(true);
        }

        @Override
        public void onClose(Status ended, Metadata with) {
            trailers.complete(with);
            status.complete(ended);
        }
    }
}
