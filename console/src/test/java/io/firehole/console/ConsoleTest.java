package io.firehole.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.console.OpenConsole.Answer;
import io.firehole.console.http.FrontDoor;
import io.firehole.filters.Base58;
import io.firehole.pool.Gap;
import io.firehole.pool.Group;
import io.firehole.pool.Monitor;
import io.firehole.pool.PoolEvent;
import io.firehole.pool.PoolStats;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ConsoleTest {

    private static final SubscribeRequest SLOTS = SubscribeRequest.newBuilder()
            .putSlots("s", SubscribeRequestFilterSlots.getDefaultInstance())
            .build();

    private static final String SLOW_ORDER = """
            POST /api/grpc-pool/filters/test HTTP/1.1
            Host: localhost
            X-Firehole-Order: 1
            Expect: 100-continue
            Content-Length: 100

            """;

    private final List<AutoCloseable> open = new ArrayList<>();
    private OpenConsole console = opened(new OpenConsole());

    ConsoleTest() throws IOException {}

    private OpenConsole opened(OpenConsole one) {
        open.add(one);
        return one;
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    @Test
    void saysThatItIsAliveAndWhetherTheProviderCanBeReached() throws IOException {
        Answer answer = console.get("/healthz");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("{\"success\":true,\"data\":{\"status\":\"alive\",\"ready\":false}}");
    }

    @Test
    void listsMonitorsWithTheirNamesAsText() throws IOException {
        console.subscribe(new Monitor("<img src=x onerror=alert(1)>", Group.HIGH), SLOTS);
        console.subscribe(new Monitor("b", Group.LOW), SLOTS);
        Answer answer = console.get("/api/grpc-pool/monitors");
        assertThat(answer.head().toLowerCase(Locale.ROOT))
                .contains(
                        "content-type: application/json; charset=utf-8",
                        "x-content-type-options: nosniff",
                        "content-security-policy: default-src 'none'",
                        "cache-control: no-store");
        JsonNode data = answer.json().get("data");
        assertThat(data.get("total").asInt()).isEqualTo(2);
        JsonNode first = data.get("monitors").get(0);
        assertThat(first.get("id").asText()).isEqualTo("<img src=x onerror=alert(1)>");
        assertThat(first.get("group").asText()).isEqualTo("high");
        assertThat(first.get("filters").asInt()).isEqualTo(1);
        assertThat(first.get("activeFromSlot").isNull()).isTrue();

        JsonNode second =
                console.get("/api/grpc-pool/monitors?limit=1&offset=1").json().get("data");
        assertThat(second.get("total").asInt()).isEqualTo(2);
        assertThat(second.get("monitors")).hasSize(1);
        assertThat(second.at("/monitors/0/id").asText()).isEqualTo("b");
    }

    @Test
    void explainsAMonitorWhoseNameNeedsEscaping() throws IOException {
        String id = "a/b c?%\u00e9";
        console.subscribe(new Monitor(id, Group.LOW), SLOTS);
        Answer answer = console.get("/api/grpc-pool/monitors/a%2Fb%20c%3F%25%C3%A9");
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        JsonNode data = answer.json().get("data");
        assertThat(data.get("id").asText()).isEqualTo(id);
        JsonNode stream = data.at("/streams/0");
        assertThat(stream.get("group").asText()).isEqualTo("low");
        assertThat(stream.get("description").asText()).isEqualTo("processed");
        assertThat(stream.get("reason").asText()).contains("the only one");
        assertThat(stream.get("activeFromSlot").isNull()).isTrue();
        assertThat(stream.at("/filters/0/kind").asText()).isEqualTo("slots");
        assertThat(stream.at("/filters/0/name").asText()).isEqualTo("s");
        assertThat(stream.at("/filters/0/label").isNull())
                .as("nothing has been sent yet")
                .isTrue();
    }

    @Test
    void leavesOutMostOfALongListUnlessItIsAskedForTheWhole() throws IOException {
        SubscribeRequestFilterTransactions.Builder filter = SubscribeRequestFilterTransactions.newBuilder();
        for (int i = 0; i < 50; i++) {
            byte[] key = new byte[32];
            key[0] = (byte) i;
            filter.addAccountInclude(Base58.encode(key));
        }
        console.subscribe(
                new Monitor("many", Group.LOW),
                SubscribeRequest.newBuilder()
                        .putTransactions("t", filter.build())
                        .build());
        JsonNode keys = console.get("/api/grpc-pool/monitors/many")
                .json()
                .at("/data/streams/0/filters/0/filter/accountInclude");
        assertThat(keys).hasSize(20 + 1);
        assertThat(keys.get(20).asText()).isEqualTo("... and 30 more");
        assertThat(console.get("/api/grpc-pool/monitors/many?whole=true")
                        .json()
                        .at("/data/streams/0/filters/0/filter/accountInclude"))
                .hasSize(50);
    }

    @Test
    void saysThatATransactionWasNotReceived() throws IOException {
        console.subscribe(new Monitor("a", Group.LOW), SLOTS);
        String signature = Base58.encode(new byte[64]);
        JsonNode data = console.get("/api/grpc-pool/monitors/a/explain?signature=" + signature)
                .json()
                .get("data");
        assertThat(data.get("received").asBoolean()).isFalse();
        assertThat(data.get("slot").isNull()).isTrue();
        assertThat(data.at("/memory/transactions").asInt()).isZero();
        assertThat(data.at("/memory/bytesMax").asLong()).isEqualTo(32 << 20);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /api/grpc-pool/monitors/pump-prise           | no monitor "pump-prise" is connected; did you mean "pump-price"?
            /api/grpc-pool/monitors/zzzzzzzzzz           | no monitor "zzzzzzzzzz" is connected; 1 are connected, see /api/grpc-pool/monitors
            /api/grpc-pool/monitors/pump/explain?signature=1111111111111111111111111111111111111111111111111111111111111111 | no monitor "pump" is connected; 1 are connected, see /api/grpc-pool/monitors
            """)
    void namesTheNearestMonitorWhereOneIsNotThere(String path, String detail) throws IOException {
        console.subscribe(new Monitor("pump-price", Group.LOW), SLOTS);
        Answer answer = console.get(path);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.detail()).isEqualTo(detail);
    }

    @Test
    void tellsEventsNewestFirstWithTheirTimeOfDay() throws IOException {
        List<PoolEvent> events = List.of(
                new PoolEvent(1_000_000_000L, "refused", "a", "first"),
                new PoolEvent(3_000_000_000L, "moved", "b", "second"),
                new PoolEvent(4_500_000_000L, "moved", "a", "third"));
        console = opened(new OpenConsole(stats -> with(stats, 5_000_000_000L, events)));
        JsonNode all = console.get("/api/grpc-pool/events").json().at("/data/events");
        assertThat(all).extracting(event -> event.get("text").asText()).containsExactly("third", "second", "first");
        assertThat(all.get(0).get("at").asText()).isEqualTo("2026-02-03T04:05:05.500Z");
        assertThat(console.get("/api/grpc-pool/events?monitor=a&limit=1").json().at("/data/events"))
                .extracting(event -> event.get("text").asText())
                .containsExactly("third");
    }

    @Test
    void tellsGapsNewestFirstAndCountsThemByCause() throws IOException {
        List<Gap> gaps = List.of(
                gap(1, "a", Gap.Cause.REPLAY_TOO_FAR), gap(2, "b", Gap.Cause.MOVED), gap(3, "a", Gap.Cause.MOVED));
        List<PoolStats.GapCount> counts = List.of(
                new PoolStats.GapCount("a", Gap.Cause.REPLAY_TOO_FAR, 1, 5),
                new PoolStats.GapCount("a", Gap.Cause.MOVED, 1, 5),
                new PoolStats.GapCount("b", Gap.Cause.MOVED, 1, 5));
        console = opened(new OpenConsole(stats -> with(stats, Map.of("gaps", gaps, "gapCounts", counts))));
        JsonNode all = console.get("/api/grpc-pool/gaps").json().get("data");
        assertThat(all.get("total").asLong()).isEqualTo(3);
        assertThat(all.get("causes")).hasToString("{\"moved\":2,\"replay-too-far\":1}");
        assertThat(all.get("gaps")).extracting(gap -> gap.get("number").asInt()).containsExactly(3, 2, 1);
        assertThat(all.get("gaps").get(2))
                .hasToString("{\"number\":1,\"monitor\":\"a\",\"commitment\":\"confirmed\",\"firstSlot\":100,"
                        + "\"lastSlot\":104,\"cause\":\"replay-too-far\",\"detail\":\"why\","
                        + "\"brokeAt\":\"1970-01-01T00:00:00Z\",\"resumedAt\":\"1970-01-01T00:00:00Z\"}");
        JsonNode some =
                console.get("/api/grpc-pool/gaps?monitor=a&limit=1").json().get("data");
        assertThat(some.get("total").asLong()).isEqualTo(2);
        assertThat(some.get("gaps"))
                .extracting(gap -> gap.get("number").asInt())
                .containsExactly(3);
    }

    private static Gap gap(long number, String monitor, Gap.Cause cause) {
        return new Gap(
                number, monitor, CommitmentLevel.CONFIRMED, 100, 104, cause, "why", Instant.EPOCH, Instant.EPOCH);
    }

    @Test
    void tellsHowFarTheProgramIsOnItsWayToTheEnd() throws Exception {
        assertThat(console.get("/api/grpc-pool/drain").json().get("data").toString())
                .isEqualTo("{\"draining\":false,\"streams\":12,\"leftMillis\":29500}");
        assertThat(console.program.drains).isEmpty();
    }

    @Test
    void takesAnOrderWithItsHeader() throws Exception {
        OpenConsole.Answer answer = order("/api/grpc-pool/drain", "X-Firehole-Order: 1");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().get("data").get("draining").asBoolean()).isTrue();
        assertThat(order("/api/grpc-pool/drain?now=true", "X-Firehole-Order: 1").status())
                .isEqualTo(200);
        assertThat(console.program.drains).containsExactly(false, true);
    }

    @Test
    void takesNoOrderThatAFormCouldSendOrAForeignPage() throws Exception {
        assertThat(order("/api/grpc-pool/drain").status()).isEqualTo(403);
        assertThat(order("/api/grpc-pool/drain").detail()).contains("x-firehole-order");
        assertThat(order("/api/grpc-pool/drain", "X-Firehole-Order: 1", "Origin: https://evil.example")
                        .status())
                .isEqualTo(403);
        assertThat(order("/api/grpc-pool/drain?when=now", "X-Firehole-Order: 1").status())
                .isEqualTo(400);
        OpenConsole.Answer elsewhere = order("/api/grpc-pool/monitors", "X-Firehole-Order: 1");
        assertThat(elsewhere.status()).isEqualTo(405);
        assertThat(elsewhere.head()).containsIgnoringCase("allow: GET, HEAD\r\n");
        assertThat(console.program.drains).isEmpty();
    }

    private OpenConsole.Answer order(String path, String... headers) throws Exception {
        List<String> all = new ArrayList<>(
                List.of("Host: localhost:" + console.console.address().getPort(), "Content-Length: 0"));
        all.addAll(List.of(headers));
        return console.ask("POST", path, all.toArray(String[]::new));
    }

    /** That picture at another time with other events, whatever else there is in it. */
    private static PoolStats with(PoolStats stats, long atNanos, List<PoolEvent> events) {
        PoolStats.Totals totals = with(stats.totals(), Map.of("events", (long) events.size()));
        return with(stats, Map.of("atNanos", atNanos, "events", events, "totals", totals));
    }

    /** That record with other values. */
    static <R extends Record> R with(R stats, Map<String, Object> others) {
        try {
            @SuppressWarnings("unchecked")
            Class<R> type = (Class<R>) stats.getClass();
            RecordComponent[] components = type.getRecordComponents();
            Class<?>[] types = new Class<?>[components.length];
            Object[] values = new Object[components.length];
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                Object other = others.get(components[i].getName());
                values[i] = other != null ? other : components[i].getAccessor().invoke(stats);
            }
            return type.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(stats.getClass() + " is no plain record", e);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /api/grpc-pool/monitors?limit=0      | limit must be a whole number from 1 to 10000, was "0"
            /api/grpc-pool/monitors?limit=ten    | limit must be a whole number from 1 to 10000, was "ten"
            /api/grpc-pool/monitors?limt=1       | unknown parameter "limt"; did you mean limit?
            /api/grpc-pool/monitors?x=1          | unknown parameter "x"; there are limit, offset
            /api/grpc-pool/events?limit=1&limit=2 | parameter limit is there twice
            /api/grpc-pool/gaps?limit=10001 | limit must be a whole number from 1 to 10000, was "10001"
            /api/grpc-pool/monitors/a?whole=1    | whole must be true or false, was "1"
            /api/grpc-pool/monitors/a/explain    | signature is missing: that of a transaction, in base58
            /api/grpc-pool/monitors/a/explain?signature=0OIl | signature must be 64 bytes in base58, was "0OIl"
            /healthz?a=b                         | unknown parameter "a"; there are none here
            """)
    void saysWhatIsAllowedWhenAQuestionIsWrong(String path, String detail) throws IOException {
        Answer answer = console.get(path);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.head()).containsIgnoringCase("content-type: application/problem+json");
        assertThat(answer.detail()).isEqualTo(detail);
    }

    @Test
    void saysWhichPathsThereAre() throws IOException {
        Answer answer = console.get("/api/grpc-pool/monitor");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.detail()).contains("/healthz, /metrics, /api/grpc-pool/stats");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
    void takesNothingButQuestions(String method) throws IOException {
        Answer answer = console.ask(method, "/healthz", "Host: localhost", "Content-Length: 0");
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.head()).containsIgnoringCase("allow: GET, HEAD");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/ws",
                "/metrics",
                "/login",
                "/dashboard/app.js",
                "/healthz",
                "/api/grpc-pool/monitors",
                "/api/grpc-pool/monitors/some",
                "/api/grpc-pool/monitors/some/explain",
                "/api/grpc-pool/events",
                "/api/grpc-pool/gaps",
                "/api/grpc-pool/no-such-path",
                "/favicon.ico"
            })
    void refusesForeignHostsAndOriginsOnEveryPath(String path) throws IOException {
        for (String method : List.of("GET", "HEAD", "POST")) {
            assertThat(console.ask(method, path, "Host: evil.example", "Content-Length: 0")
                            .status())
                    .isEqualTo(403);
            assertThat(console.ask(method, path, "Host: localhost", "Origin: https://evil.example", "Content-Length: 0")
                            .status())
                    .isEqualTo(403);
            assertThat(console.ask(method, path, "Host: localhost", "Origin: null", "Content-Length: 0")
                            .status())
                    .isEqualTo(403);
        }
    }

    @Test
    void servesPagesOfItsOwnAndWhoeverSaysNoOrigin() throws IOException {
        assertThat(console.ask("GET", "/healthz", "Host: 127.0.0.1:3001", "Origin: http://localhost:3001")
                        .status())
                .isEqualTo(200);
        assertThat(console.ask("GET", "/healthz", "Host: [::1]:3001").status()).isEqualTo(200);
    }

    @Test
    void refusesARequestWithoutAHost() throws IOException {
        assertThat(console.ask("GET", "/healthz", "Accept: */*").status()).isIn(400, 403);
    }

    @Test
    void answersNoMoreQuestionsAtOnceThanItHasRoomFor() throws Exception {
        CountDownLatch asked = new CountDownLatch(FrontDoor.REQUESTS_MAX);
        CountDownLatch go = new CountDownLatch(1);
        AtomicBoolean holds = new AtomicBoolean();
        console = opened(new OpenConsole(stats -> {
            if (!holds.get()) {
                return stats;
            }
            asked.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return stats;
        }));
        holds.set(true);
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < FrontDoor.REQUESTS_MAX; i++) {
            CompletableFuture<Answer> answer = new CompletableFuture<>();
            answers.add(answer);
            Thread.ofVirtual().start(() -> {
                try {
                    answer.complete(console.get("/healthz"));
                } catch (IOException e) {
                    answer.completeExceptionally(e);
                }
            });
        }
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(console.get("/healthz").status()).isEqualTo(503);
        go.countDown();
        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer.get().status()).isEqualTo(200));
    }

    @Test
    void namesTheAddressThatIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = (InetSocketAddress) taken.getLocalSocketAddress();
            assertThatThrownBy(() ->
                            Console.start(ConsoleConfig.DEFAULT.withListen(address), console.pool, Surroundings.NONE))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("console cannot listen on ")
                    .hasMessageContaining(String.valueOf(address.getPort()));
        }
    }

    @Test
    void whoSaysSlowlyWhatTheyWantTakesNoRoomFromOthers() throws IOException {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < FrontDoor.REQUESTS_MAX; i++) {
                Socket socket = new Socket(
                        console.console.address().getAddress(),
                        console.console.address().getPort());
                slow.add(socket);
                socket.getOutputStream().write(SLOW_ORDER.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
                // The console says so as soon as it has begun with the request.
                assertThat(socket.getInputStream().readNBytes(12)).asString().isEqualTo("HTTP/1.1 100");
            }
            assertThat(console.get("/healthz").status()).isEqualTo(200);
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }
}
