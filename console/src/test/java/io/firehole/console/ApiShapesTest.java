package io.firehole.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.console.OpenConsole.Answer;
import io.firehole.console.api.ShownSetting;
import io.firehole.console.live.Price;
import io.firehole.pool.Group;
import io.firehole.pool.Monitor;
import io.firehole.pool.PoolStats;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.BudgetSnapshot;
import io.firehole.pool.budget.Forecast;
import io.firehole.pool.budget.PermitClass;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The answers that scripts rest on: their fields are for ever. */
class ApiShapesTest extends WithConsoles {

    private static final SubscribeRequest SLOTS = SubscribeRequest.newBuilder()
            .putSlots("s", SubscribeRequestFilterSlots.getDefaultInstance())
            .build();

    /** 45 of 60 permits left, three connections in different states, two monitors. */
    static PoolStats busy(PoolStats stats) {
        BudgetSnapshot budget = new BudgetSnapshot(
                List.of(new BudgetSnapshot.RuleUse(BudgetRule.DEFAULT, 15)),
                Map.of(PermitClass.MANUAL, 2),
                Duration.ofMillis(1_250).toNanos(),
                4,
                Duration.ofMillis(200).toNanos(),
                0,
                0,
                Map.of());
        List<PoolStats.ConnectionStats> connections = List.of(
                connection(7, PoolStats.ConnectionState.READY, List.of(1L)),
                connection(8, PoolStats.ConnectionState.READY, List.of()),
                connection(9, PoolStats.ConnectionState.BROKEN, List.of()));
        PoolStats.Totals totals = ConsoleTest.with(
                stats.totals(),
                Map.of(
                        "updates", 1_000L,
                        "bytes", 1_000_000_000L,
                        "delivered", 3_000L,
                        "deliveredBytes", 4_000_000_000L,
                        "connected", 2L,
                        "connectNanos", Duration.ofMillis(90).toNanos()));
        return ConsoleTest.with(
                stats, Map.of("budget", Optional.of(budget), "connections", connections, "totals", totals));
    }

    private static PoolStats.ConnectionStats connection(long id, PoolStats.ConnectionState state, List<Long> streams) {
        boolean ready = state == PoolStats.ConnectionState.READY;
        return new PoolStats.ConnectionStats(
                id,
                ready && !streams.isEmpty() ? Optional.of(Group.HIGH) : Optional.empty(),
                state,
                ready,
                ready ? TimeUnit.SECONDS.toNanos(5) : 0,
                streams,
                streams.size(),
                11,
                222,
                ready ? 0 : 3,
                ready ? "" : "UNAVAILABLE: reset");
    }

    private static List<String> fields(JsonNode node) {
        List<String> names = new ArrayList<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void statsAreOneConsistentPictureWithItsTime() throws IOException {
        JsonNode answer = opened(new OpenConsole(ApiShapesTest::busy))
                .get("/api/grpc-pool/stats")
                .json();
        assertThat(fields(answer)).containsExactly("success", "data", "timestamp");
        assertThat(answer.get("timestamp").asLong()).isEqualTo(OpenConsole.NOW.toEpochMilli());
        JsonNode data = answer.get("data");
        assertThat(fields(data))
                .contains("total", "healthy", "unhealthy", "rateLimitRemaining", "monitorConnections", "hitRate");
        assertThat(data.get("total").asInt()).isEqualTo(3);
        assertThat(data.get("healthy").asInt()).isEqualTo(2);
        assertThat(data.get("unhealthy").asInt()).isEqualTo(1);
        assertThat(data.get("rateLimitRemaining").asInt()).isEqualTo(45);
    }

    @Test
    void dashboardMetricsAreFourNumbers() throws IOException {
        JsonNode answer = opened(new OpenConsole(ApiShapesTest::busy))
                .get("/api/dashboard/metrics")
                .json();
        assertThat(answer.get("grpcPool"))
                .hasToString("{\"connections\":3,\"healthy\":2,\"rateLimit\":45,\"monitors\":0}");
    }

    @Test
    void aPoolThatIsQuietOrHasJustBegunIsHealthy() throws IOException {
        Answer answer = opened(new OpenConsole()).get("/api/grpc-pool/health");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(fields(answer.json())).startsWith("status", "connections", "rateLimit");
        assertThat(answer.json().get("status").asText()).isEqualTo("healthy");
    }

    @Test
    void aPoolWhoseMonitorsWaitForLongIsDegradedAndSaysWho() throws IOException {
        long[] seconds = {0};
        OpenConsole console = opened(new OpenConsole(
                stats -> ConsoleTest.with(stats, Map.of("atNanos", TimeUnit.SECONDS.toNanos(seconds[0])))));
        console.subscribe(new Monitor("starved", Group.HIGH), SLOTS);
        console.timers.tick();
        assertThat(console.get("/api/grpc-pool/health").status()).isEqualTo(200);
        seconds[0] = 16;
        console.timers.tick();
        Answer answer = console.get("/api/grpc-pool/health");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.json().get("status").asText()).isEqualTo("degraded");
        assertThat(answer.json().get("reasons").toString()).contains("starved", "cannot be reached");
    }

    @Test
    void theRealtimeDocumentHasTheShapeOfTheOrder() throws IOException {
        OpenConsole console = opened(new OpenConsole(
                ApiShapesTest::busy, rules -> rules.withPrice(Price.parse("80 USD/TB")), surroundings -> surroundings));
        console.subscribe(new Monitor("a", Group.HIGH), SLOTS);
        console.subscribe(new Monitor("b", Group.LOW), SLOTS);
        console.timers.tick();
        JsonNode answer = console.get("/api/grpc-pool/metrics/realtime").json();
        JsonNode data = answer.get("data");
        assertThat(fields(data.get("connections"))).startsWith("total", "active", "idle", "failed", "creating");
        assertThat(data.get("connections").toString())
                .startsWith("{\"total\":3,\"active\":1,\"idle\":1,\"failed\":1,\"creating\":0");
        assertThat(data.get("rateLimit").toString())
                .startsWith("{\"tokensAvailable\":45,\"tokensUsed1Min\":15,\"percentUsed\":25.0,\"nextTokenIn\":1250,"
                        + "\"queuedRequests\":2");
        assertThat(fields(data.get("streams"))).containsExactly("total", "perConnection", "byMonitor");
        assertThat(data.at("/streams/perConnection")).hasToString("{\"7\":1,\"8\":0,\"9\":0}");
        assertThat(data.at("/streams/byMonitor")).hasToString("{\"a\":1,\"b\":1}");
        assertThat(data.get("performance"))
                .hasToString("{\"avgConnectionTime\":45.0,\"avgQueueWaitTime\":50.0,"
                        + "\"connectionUptime\":{\"7\":5000,\"8\":5000},\"reconnectsLastHour\":0}");
        assertThat(data.get("monitors"))
                .hasToString("{\"total\":2,\"active\":0,\"waiting\":2,\"failed\":0,"
                        + "\"byGroup\":{\"high\":1,\"medium\":0,\"low\":1}}");
        assertThat(data.at("/savings/bytes/savedPercent").asDouble()).isEqualTo(75.0);
        assertThat(data.at("/savings/price/saved").asDouble()).isEqualTo(0.24);
        assertThat(data.get("sequence").asLong()).isEqualTo(2);
    }

    @Test
    void theRealtimeDocumentOfAMomentAgoCanBeHadByItsNumber() throws IOException {
        OpenConsole console = opened(new OpenConsole());
        console.timers.tick();
        String before = console.get("/api/grpc-pool/metrics/realtime").text();
        console.timers.tick();
        assertThat(console.get("/api/grpc-pool/metrics/realtime?sequence=2").text())
                .isEqualTo(before);
        Answer unknown = console.get("/api/grpc-pool/metrics/realtime?sequence=99");
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.detail()).contains("the latest is 3");
    }

    @Test
    void aConnectionTellsItsStreamsAndAnUnknownOneIs404() throws IOException {
        OpenConsole console = opened(new OpenConsole(ApiShapesTest::busy));
        JsonNode data = console.get("/api/grpc-pool/connections/7").json().get("data");
        assertThat(fields(data)).contains("id", "group", "streams", "health", "uptime");
        assertThat(data.get("uptime").asLong()).isEqualTo(5_000);
        assertThat(data.get("health").asText()).isEqualTo("healthy");
        Answer unknown = console.get("/api/grpc-pool/connections/77");
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.detail()).contains("there are 7, 8, 9");
    }

    @Test
    void aReconnectSaysItsCostBeforeAndTellsTheLogWhoDidIt() throws IOException {
        OpenConsole console = opened(new OpenConsole());
        console.subscribe(new Monitor("a", Group.HIGH), SLOTS);
        String id = console.get("/api/grpc-pool/connections")
                .json()
                .at("/data/connections/0/id")
                .asText();
        JsonNode cost = console.get("/api/grpc-pool/connections/" + id + "/reconnect")
                .json()
                .get("data");
        assertThat(cost.get("permits").asInt()).isEqualTo(1);
        JsonNode done = console.order("/api/grpc-pool/connections/" + id + "/reconnect", "")
                .json();
        assertThat(done.get("success").asBoolean()).isTrue();
        assertThat(done.at("/data/result").asText()).isEqualTo("under-way");
        assertThat(done.at("/data/permits").asInt())
                .as("it is being made already")
                .isZero();
        assertThat(console.get("/api/grpc-pool/events?kind=order")
                        .json()
                        .at("/data/events/0/text")
                        .asText())
                .startsWith("somebody on this machine had connection " + id + " reconnected");
        assertThat(console.order("/api/grpc-pool/connections/99/reconnect", "").status())
                .isEqualTo(404);
    }

    @Test
    void permitsTellEachRuleEachClassAndTheForecast() throws IOException {
        OpenConsole console = opened(new OpenConsole(
                ApiShapesTest::busy,
                rules -> rules,
                surroundings -> surroundings.withForecast(dropping -> {
                    assertThat(dropping).isEqualTo(Map.of(PermitClass.RECONNECT_HIGH, 1, PermitClass.FIRST_CONNECT, 1));
                    return new Forecast(0, Map.of(PermitClass.RECONNECT_HIGH, TimeUnit.SECONDS.toNanos(2)));
                })));
        JsonNode data = console.get("/api/grpc-pool/permits").json().get("data");
        assertThat(data.at("/rules/0/max").asInt()).isEqualTo(60);
        assertThat(data.at("/rules/0/available").asInt()).isEqualTo(45);
        assertThat(data.at("/classes/4").toString())
                .isEqualTo("{\"class\":\"manual\",\"queued\":2,\"mayUse\":30,\"available\":15}");
        assertThat(data.at("/forecast").toString())
                .isEqualTo(
                        "{\"connections\":2,\"nextPermitIn\":0,\"allBackIn\":2000,\"backIn\":{\"reconnect-high\":2000}}");
    }

    @Test
    void theConfigurationTellsWhereEachValueComesFrom() throws IOException {
        OpenConsole console = opened(new OpenConsole(
                stats -> stats,
                rules -> rules,
                surroundings -> surroundings.withSettings(List.of(new ShownSetting("pool.linger", "30s", "default")))));
        assertThat(console.get("/api/grpc-pool/config").json().at("/data/settings/0"))
                .hasToString("{\"key\":\"pool.linger\",\"value\":\"30s\",\"origin\":\"default\",\"changeable\":false}");
    }

    @Test
    void aPictureThatIsOldIsNoSignOfHealth() throws IOException {
        OpenConsole console = opened(new OpenConsole());
        console.now = OpenConsole.NOW.plusSeconds(10);
        assertThat(console.get("/api/grpc-pool/health").status()).isEqualTo(200);
        console.now = OpenConsole.NOW.plusSeconds(11);
        Answer answer = console.get("/api/grpc-pool/health");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.json().get("status").asText()).isEqualTo("degraded");
        assertThat(answer.json().at("/reasons/0").asText())
                .isEqualTo("how the pool stands is known no more since 11 s: it does not answer");
    }

    @Test
    void picturesGoOnWhateverComesOfOne() throws IOException {
        AtomicBoolean broken = new AtomicBoolean();
        OpenConsole console = opened(new OpenConsole(stats -> {
            if (broken.get()) {
                throw new AssertionError("on purpose");
            }
            return stats;
        }));
        broken.set(true);
        assertThatThrownBy(console.timers::tick).hasMessage("on purpose");
        broken.set(false);
        console.timers.tick();
        assertThat(console.get("/api/grpc-pool/metrics/realtime")
                        .json()
                        .at("/data/sequence")
                        .asLong())
                .isEqualTo(2);
    }

    @Test
    void theRealtimeDocumentTellsOneStartOfTheProgramFromTheNext() throws IOException {
        OpenConsole console = opened(new OpenConsole());
        String run = console.get("/api/grpc-pool/metrics/realtime")
                .json()
                .at("/data/run")
                .asText();
        console.timers.tick();
        assertThat(console.get("/api/grpc-pool/metrics/realtime")
                        .json()
                        .at("/data/run")
                        .asText())
                .isEqualTo(run)
                .hasSizeGreaterThanOrEqualTo(16);
        assertThat(opened(new OpenConsole())
                        .get("/api/grpc-pool/metrics/realtime")
                        .json()
                        .at("/data/run")
                        .asText())
                .isNotEqualTo(run);
    }
}
