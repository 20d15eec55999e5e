package io.firehole.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.websocket.WebSocketFrame;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.firehole.console.OpenConsole.ManualTimers;
import io.firehole.console.live.LiveDocument;
import io.firehole.console.live.LiveSockets;
import io.firehole.console.live.LiveText;
import io.firehole.console.live.PoolView;
import io.firehole.console.live.Sampler;
import io.firehole.pool.Group;
import io.firehole.pool.Monitor;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

/** What browsers see that look at the pool as it changes. */
@Timeout(60)
class LiveSocketTest {

    private static final String UPGRADE = """
            GET /ws HTTP/1.1
            Host: localhost
            Upgrade: websocket
            Connection: Upgrade
            Sec-WebSocket-Version: 13
            Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==

            """;

    private final OpenConsole console;
    private final HttpClient http = HttpClient.newHttpClient();

    LiveSocketTest() throws IOException {
        console = new OpenConsole();
    }

    @AfterEach
    void stop() {
        http.shutdownNow();
        console.close();
    }

    /** Keeps what comes. */
    private static final class Looking implements WebSocket.Listener {
        private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private final StringBuilder part = new StringBuilder();
        private final ByteArrayOutputStream packedPart = new ByteArrayOutputStream();
        private volatile int packedBytes;

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            part.append(data);
            if (last) {
                messages.add(part.toString());
                part.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            packedPart.writeBytes(bytes);
            if (last) {
                packedBytes = packedPart.size();
                try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packedPart.toByteArray()))) {
                    messages.add("packed " + new String(in.readAllBytes(), StandardCharsets.UTF_8));
                } catch (IOException broken) {
                    messages.add(broken.toString());
                }
                packedPart.reset();
            }
            socket.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            messages.add("closed " + code);
            return null;
        }

        String next() throws InterruptedException {
            String message = messages.poll(20, TimeUnit.SECONDS);
            assertThat(message).as("a message within 20 s").isNotNull();
            return message;
        }
    }

    private WebSocket open(Looking looking, String... headers) {
        return openAt("/ws", looking, headers);
    }

    private WebSocket openAt(String path, Looking looking, String... headers) {
        WebSocket.Builder builder = http.newWebSocketBuilder();
        for (int i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        return builder.buildAsync(
                        URI.create("ws://127.0.0.1:" + console.console.address().getPort() + path), looking)
                .join();
    }

    @Test
    void sendsTheDocumentAtOnceAndThenAsItIsMade() throws Exception {
        Looking looking = new Looking();
        open(looking);
        JsonNode first = new ObjectMapper().readTree(looking.next());
        assertThat(first.get("type").asText()).isEqualTo("metrics");
        assertThat(first.get("timestamp").asLong()).isEqualTo(OpenConsole.NOW.toEpochMilli());
        assertThat(first.at("/data/sequence").asLong()).isEqualTo(1);
        console.subscribe(
                new Monitor("<b>", Group.HIGH),
                SubscribeRequest.newBuilder()
                        .putSlots("s", SubscribeRequestFilterSlots.getDefaultInstance())
                        .build());
        console.timers.tick();
        JsonNode second = new ObjectMapper().readTree(looking.next());
        assertThat(second.at("/data/sequence").asLong()).isEqualTo(2);
        assertThat(second.at("/data/monitorList/0/id").asText()).isEqualTo("<b>");
        assertThat(second.get("data"))
                .as("the same as by REST")
                .isEqualTo(console.get("/api/grpc-pool/metrics/realtime?sequence=2")
                        .json()
                        .get("data"));
    }

    @Test
    void sendsTheSamePackedToWhoAsksForThat() throws Exception {
        for (int i = 0; i < 64; i++) {
            console.subscribe(
                    new Monitor("monitor-" + i, Group.LOW),
                    SubscribeRequest.newBuilder()
                            .putSlots("s", SubscribeRequestFilterSlots.getDefaultInstance())
                            .build());
        }
        console.timers.tick();
        Looking plain = new Looking();
        Looking packed = new Looking();
        open(plain);
        openAt("/ws?encoding=gzip", packed);
        String text = plain.next();
        assertThat(text).contains("\"sequence\":2");
        assertThat(packed.next()).isEqualTo("packed " + text);
        assertThat(packed.packedBytes).isLessThan(text.length() / 5);
        for (int i = 0; i < 3; i++) {
            JsonNode later = new ObjectMapper().readTree(nextOf(packed).substring("packed ".length()));
            assertThat(later.get("data"))
                    .as("each by itself, whatever was missed")
                    .isEqualTo(console.get("/api/grpc-pool/metrics/realtime?sequence="
                                    + later.at("/data/sequence").asLong())
                            .json()
                            .get("data"));
        }
    }

    /** The next picture that this browser is shown: one that has only just taken a picture may miss some. */
    private String nextOf(Looking looking) throws InterruptedException {
        String message = null;
        while (message == null) {
            console.timers.tick();
            message = looking.messages.poll(100, TimeUnit.MILLISECONDS);
        }
        return message;
    }

    @Test
    void refusesAnEncodingThatItDoesNotKnow() throws IOException {
        assertThat(console.ask(
                                "GET",
                                "/ws?encoding=zip",
                                "Host: localhost",
                                "Upgrade: websocket",
                                "Connection: Upgrade",
                                "Sec-WebSocket-Version: 13",
                                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==")
                        .detail())
                .isEqualTo("encoding must be gzip or left out, was \"zip\"");
    }

    @Test
    void refusesForeignPages() {
        assertThatThrownBy(() -> open(new Looking(), "Origin", "https://evil.example"))
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        refused ->
                                assertThat(refused.getResponse().statusCode()).isEqualTo(403));
    }

    @Test
    void takesItsOwnPage() throws Exception {
        Looking looking = new Looking();
        open(looking, "Origin", "http://127.0.0.1:" + console.console.address().getPort());
        assertThat(looking.next()).startsWith("{\"type\":\"metrics\"");
    }

    @Test
    void hasRoomForSoManyBrowsersAndSendsTheNextAway() throws Exception {
        List<Looking> all = new ArrayList<>();
        for (int i = 0; i < LiveSockets.SOCKETS_MAX; i++) {
            Looking looking = new Looking();
            open(looking);
            assertThat(looking.next()).startsWith("{");
            all.add(looking);
        }
        Looking tooMany = new Looking();
        open(tooMany);
        assertThat(tooMany.next()).isEqualTo("closed 1013");
        console.timers.tick();
        for (Looking looking : all) {
            assertThat(looking.next()).contains("\"sequence\":2");
        }
    }

    @Test
    void aBrowserThatTakesNothingSkipsAndIsLetGoWhileOthersGoOn() throws Exception {
        // Documents must be large, or the machine's own buffers hold them all.
        for (int i = 0; i < 200; i++) {
            console.subscribe(
                    new Monitor("monitor-with-a-long-name-" + "x".repeat(80) + i, Group.LOW),
                    SubscribeRequest.newBuilder()
                            .putSlots("s", SubscribeRequestFilterSlots.getDefaultInstance())
                            .build());
        }
        Looking quick = new Looking();
        open(quick);
        quick.next();
        try (Socket stalled = new Socket()) {
            stalled.setReceiveBufferSize(4 << 10);
            stalled.connect(console.console.address());
            stalled.getOutputStream().write(UPGRADE.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
            assertThat(head(stalled.getInputStream())).startsWith("HTTP/1.1 101");
            for (int i = 0; i < 120 && figure("firehole_console_frames_skipped_total") < 61; i++) {
                console.timers.tick();
                quick.next();
            }
            assertThat(figure("firehole_console_frames_skipped_total")).isGreaterThanOrEqualTo(61);
            for (int i = 0; i < 200 && figure("firehole_console_sockets") > 1; i++) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            assertThat(figure("firehole_console_sockets"))
                    .as("the stalled one is gone")
                    .isEqualTo(1);
        }
    }

    private static String head(InputStream from) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) from.read());
        }
        return head.toString();
    }

    private double figure(String name) throws IOException {
        Matcher line = Pattern.compile("(?m)^" + name + " (\\S+)$")
                .matcher(console.get("/metrics").text());
        assertThat(line.find()).isTrue();
        return Double.parseDouble(line.group(1));
    }

    @Test
    void whoComesWhileAPictureIsMadeSeesItOnce() {
        ManualTimers timers = new ManualTimers();
        List<String> seen = new ArrayList<>();
        List<LiveSockets> sockets = new ArrayList<>();
        try (Sampler sampler =
                Sampler.start(PoolView.of(console.pool), Optional::empty, () -> OpenConsole.NOW, timers)) {
            // Told of the second picture before the sockets are.
            sampler.onSample(sample -> {
                if (sample.sequence() == 2) {
                    sockets.getFirst()
                            .handle(
                                    ServiceRequestContext.of(HttpRequest.of(HttpMethod.GET, "/ws")),
                                    com.linecorp.armeria.common.websocket.WebSocket.streaming())
                            .subscribe(new Sequences(seen), ImmediateEventExecutor.INSTANCE);
                }
            });
            sockets.add(new LiveSockets(sampler, new LiveText(new LiveDocument(Optional.empty(), "run"))));
            timers.tick();
            timers.tick();
        }
        assertThat(seen).containsExactly("2", "3");
    }

    /** Notes which pictures come; on the thread that sends them. */
    private record Sequences(List<String> seen) implements Subscriber<WebSocketFrame> {

        @Override
        public void onSubscribe(Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(WebSocketFrame frame) {
            seen.add(frame.text().replaceAll("(?s).*\"sequence\":(\\d+).*", "$1"));
        }

        @Override
        public void onError(Throwable broken) {
            seen.add(broken.toString());
        }

        @Override
        public void onComplete() {
            seen.add("end");
        }
    }
}
