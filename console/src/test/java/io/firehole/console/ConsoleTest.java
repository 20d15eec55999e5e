package io.firehole.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.console.OpenConsole.Answer;
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
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsoleTest extends WithConsoles {

    private static final SubscribeRequest SLOTS = SubscribeRequest.newBuilder()
            .putSlots("s", SubscribeRequestFilterSlots.getDefaultInstance())
            .build();

    private OpenConsole console = opened(new OpenConsole());

    ConsoleTest() throws IOException {}

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
}
