package io.firehole.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.console.OpenConsole.Answer;
import io.firehole.console.api.MetricsHistory;
import io.firehole.console.api.ShownSetting;
import io.firehole.console.live.Price;
import io.firehole.filters.Base58;
import io.firehole.pool.Group;
import io.firehole.pool.Monitor;
import io.firehole.pool.PoolStats;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.BudgetSnapshot;
import io.firehole.pool.budget.Forecast;
import io.firehole.pool.budget.PermitClass;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterAccountsFilter;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The answers that scripts rest on: their fields are for ever. */
@Timeout(60)
class ApiShapesTest {

    private static final SubscribeRequest SLOTS = SubscribeRequest.newBuilder()
            .putSlots("s", SubscribeRequestFilterSlots.getDefaultInstance())
            .build();

    private final List<AutoCloseable> open = new ArrayList<>();

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

    /** 45 of 60 permits left, three connections in different states, two monitors. */
    private static PoolStats busy(PoolStats stats) {
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
    void historySaysThatNoneIsKept() throws IOException {
        Answer answer = opened(new OpenConsole()).get("/api/grpc-pool/metrics/history");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.detail()).contains("no history is kept");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            period=30x                     | period must be from 1m to 90d, written as in 90s, 30m, 24h or 7d, was "30x"
            period=91d                     | period must be from 1m to 90d, written as in 90s, 30m, 24h or 7d, was "91d"
            period=30m'%20OR%201=1         | period must be from 1m to 90d, written as in 90s, 30m, 24h or 7d, was "30m' OR 1=1"
            group_by=slot                  | group_by must be connection or monitor, was "slot"
            group_by=monitor;drop%20table  | group_by must be connection or monitor, was "monitor;drop table"
            """)
    void historyTakesNoOtherPeriodOrGroup(String query, String detail) throws IOException {
        Answer answer = opened(new OpenConsole()).get("/api/grpc-pool/metrics/history?" + query);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.detail()).isEqualTo(detail);
    }

    @Test
    void historyIsAskedOnceForTheSameQuestionAndSeldomForMany() throws IOException {
        List<String> asked = new ArrayList<>();
        MetricsHistory history = (period, groupBy, rowsMax) -> {
            asked.add(period + " " + groupBy);
            return List.of(new MetricsHistory.Row(Instant.EPOCH, "7", 10, 1, 512.5, 3.25));
        };
        OpenConsole console = opened(
                new OpenConsole(stats -> stats, rules -> rules, surroundings -> surroundings.withHistory(history)));
        JsonNode answer = console.get("/api/grpc-pool/metrics/history").json();
        assertThat(answer.toString())
                .isEqualTo("{\"success\":true,\"data\":[{\"minute\":\"1970-01-01T00:00:00Z\",\"group_id\":\"7\","
                        + "\"messages\":10,\"errors\":1,\"avg_bytes\":512.5,\"max_latency\":3.25}],"
                        + "\"period\":\"30m\",\"group_by\":\"connection\",\"truncated\":false}");
        console.get("/api/grpc-pool/metrics/history?period=30m&group_by=connection");
        console.get("/api/grpc-pool/metrics/history?period=1800s");
        assertThat(asked).containsExactly("PT30M CONNECTION");
        console.now = OpenConsole.NOW.plusSeconds(11);
        console.get("/api/grpc-pool/metrics/history");
        assertThat(asked).hasSize(2);
        for (int i = 0; i < 58; i++) {
            assertThat(console.get("/api/grpc-pool/metrics/history?period=" + (100 + i) + "m")
                            .status())
                    .isEqualTo(200);
        }
        Answer tooMany = console.get("/api/grpc-pool/metrics/history?period=99m");
        assertThat(tooMany.status()).isEqualTo(429);
        assertThat(tooMany.head()).containsIgnoringCase("retry-after: 49\r\n");
        console.now = OpenConsole.NOW.plusSeconds(72);
        assertThat(console.get("/api/grpc-pool/metrics/history?period=99m").status())
                .isEqualTo(200);
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
    void theTesterNamesWhoWouldGetAnAccountAndATransaction() throws IOException {
        OpenConsole console = opened(new OpenConsole());
        String key = Base58.encode(filled((byte) 1));
        String program = Base58.encode(filled((byte) 2));
        console.subscribe(
                new Monitor("by-owner", Group.HIGH),
                SubscribeRequest.newBuilder()
                        .putAccounts(
                                "o",
                                SubscribeRequestFilterAccounts.newBuilder()
                                        .addOwner(program)
                                        .build())
                        .putAccounts(
                                "large",
                                SubscribeRequestFilterAccounts.newBuilder()
                                        .addOwner(program)
                                        .addFilters(SubscribeRequestFilterAccountsFilter.newBuilder()
                                                .setDatasize(165))
                                        .build())
                        .build());
        console.subscribe(
                new Monitor("by-mention", Group.LOW),
                SubscribeRequest.newBuilder()
                        .putTransactions(
                                "t",
                                SubscribeRequestFilterTransactions.newBuilder()
                                        .setVote(false)
                                        .addAccountInclude(key)
                                        .build())
                        .build());
        JsonNode account = console.order("/api/grpc-pool/filters/test", "{\"owner\":\"" + program + "\"}")
                .json()
                .get("data");
        assertThat(account.get("receivers")).hasSize(1);
        assertThat(account.at("/receivers/0/monitor").asText()).isEqualTo("by-owner");
        assertThat(account.at("/receivers/0/filters")).anySatisfy(filter -> {
            assertThat(filter.get("name").asText()).isEqualTo("large");
            assertThat(filter.get("objection").asText()).contains("it depends on the account's data");
        });
        JsonNode mention = console.order("/api/grpc-pool/filters/test", "{\"mentions\":[\"" + key + "\"]}")
                .json()
                .get("data");
        assertThat(mention.at("/receivers/0/monitor").asText()).isEqualTo("by-mention");
        JsonNode vote = console.order("/api/grpc-pool/filters/test", "{\"mentions\":[\"" + key + "\"],\"vote\":true}")
                .json()
                .get("data");
        assertThat(vote.get("receivers")).isEmpty();
        assertThat(vote.get("lookedAt").asInt()).isEqualTo(2);
        JsonNode signature = console.order(
                        "/api/grpc-pool/filters/test", "{\"signature\":\"" + Base58.encode(new byte[64]) + "\"}")
                .json()
                .get("data");
        assertThat(signature.get("received").asBoolean()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                               | POST one of {signature}
            not json                         | the body must be one JSON object with signature, account
            []                               | the body must be one JSON object with signature, account
            {"acount":"x"}                   | unknown field "acount"; there are signature, account, owner
            {"account":"0OIl"}               | account must be 32 bytes in base58, was "0OIl"
            {"account":1}                    | account must be a text
            {"signature":"1","owner":"1"}    | POST one of {signature}
            {"mentions":[]}                  | mentions must be a list of 1 to 64 keys in base58
            {"account":"1","vote":true}      | vote and failed belong to mentions
            """)
    void theTesterSaysHowItIsAsked(String body, String detail) throws IOException {
        Answer answer = opened(new OpenConsole()).order("/api/grpc-pool/filters/test", body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.detail()).startsWith(detail);
    }

    private static byte[] filled(byte with) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, with);
        return bytes;
    }

    @Test
    void eventsCanBeFollowedByTheirNumber() throws IOException {
        OpenConsole console = opened(new OpenConsole());
        console.pool.note("a", "", "first");
        console.pool.note("b", "", "second");
        JsonNode data = console.get("/api/grpc-pool/events?after=1").json().get("data");
        assertThat(data.get("events")).hasSize(1);
        assertThat(data.at("/events/0/number").asLong()).isEqualTo(2);
        assertThat(console.get("/api/grpc-pool/events?kind=a").json().at("/data/events"))
                .hasSize(1);
    }

    @Test
    void pagesComeFromTheJarAndMayLoadNothingElse() throws IOException {
        OpenConsole console = opened(new OpenConsole());
        Answer page = console.get("/");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.head())
                .containsIgnoringCase("content-type: text/html")
                .containsIgnoringCase("x-content-type-options: nosniff")
                .contains("default-src 'none'; script-src 'self'; style-src 'self'")
                .doesNotContain("unsafe");
        assertThat(page.text()).contains("<title>Firehole</title>").doesNotContain("://", "onclick", "<style");
        String tag = page.head()
                .lines()
                .filter(line -> line.startsWith("etag: "))
                .findFirst()
                .orElseThrow()
                .substring(6);
        assertThat(console.ask("GET", "/", "Host: localhost", "If-None-Match: " + tag)
                        .status())
                .isEqualTo(304);
        assertThat(console.get("/dashboard/app.js").head()).containsIgnoringCase("content-type: text/javascript");
        for (String path : List.of(
                "/dashboard/..%2fConsole.class",
                "/dashboard/nothing.js", "/dashboard/..", "/dashboard/%2e%2e/Console.class", "/dashboard/x/app.js")) {
            assertThat(console.get(path).status()).as(path).isIn(400, 404);
        }
    }
}
