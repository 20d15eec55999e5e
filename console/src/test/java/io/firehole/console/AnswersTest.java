package io.firehole.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firehole.console.OpenConsole.Answer;
import io.firehole.console.api.ShownSetting;
import io.firehole.console.live.Price;
import io.firehole.filters.FilterKind;
import io.firehole.filters.FilterVerdict;
import io.firehole.pool.ClosedConnection;
import io.firehole.pool.Filling;
import io.firehole.pool.Gap;
import io.firehole.pool.Group;
import io.firehole.pool.Monitor;
import io.firehole.pool.PoolStats;
import io.firehole.pool.TransactionExplanation;
import io.firehole.pool.budget.Forecast;
import io.firehole.pool.budget.PermitClass;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Holds what is written of answers to what is answered. */
class AnswersTest extends WithConsoles {

    private static final String KEY = "11111111111111111111111111111111";
    private static final String SIGNATURE = "1".repeat(64);

    private static final FakeHistory HISTORY = new FakeHistory();

    static {
        HISTORY.standing = FakeHistory.standing(
                Map.of(), Optional.empty(), Optional.of(FakeHistory.database(Optional.of("refused"))));
    }

    /** One in which everything is there once, and one in which nothing is. */
    private OpenConsole full = opened(new OpenConsole(
            AnswersTest::withAll,
            rules -> rules.withPrice(Price.parse("80 USD/TB")),
            surroundings -> surroundings
                    .withHistory(HISTORY)
                    .withSettings(List.of(new ShownSetting("pool.linger", "30s", "default")))
                    .withForecast(dropping -> new Forecast(0, Map.of(PermitClass.RECONNECT_HIGH, 5L)))));

    private final OpenConsole empty = opened(new OpenConsole());
    private JsonNode document = JsonNodeFactory.instance.nullNode();
    private WrittenShapes shapes = new WrittenShapes(document);

    AnswersTest() throws IOException {}

    private static PoolStats withAll(PoolStats stats) {
        return ConsoleTest.with(
                ApiShapesTest.busy(stats),
                Map.of(
                        "streams",
                        List.of(new PoolStats.StreamStats(
                                1, 7, Group.HIGH, "processed", true, 3, 0, 1, 10, 100, OptionalLong.of(5), 0, "")),
                        "gaps",
                        List.of(new Gap(
                                1,
                                "a",
                                CommitmentLevel.CONFIRMED,
                                1,
                                2,
                                Gap.Cause.REPLAY_TOO_FAR,
                                "why",
                                Instant.EPOCH,
                                Instant.EPOCH,
                                Optional.of(new Filling(1, 1, 0, List.of("slots"), "HTTP 429")))),
                        "gapCounts",
                        List.of(new PoolStats.GapCount("a", Gap.Cause.REPLAY_TOO_FAR, 1, 2))));
    }

    @BeforeEach
    void fill() throws IOException {
        full.subscribe(
                new Monitor("a", Group.HIGH),
                SubscribeRequest.newBuilder()
                        .putSlots("s", SubscribeRequestFilterSlots.getDefaultInstance())
                        .putAccounts(
                                "x",
                                SubscribeRequestFilterAccounts.newBuilder()
                                        .addAccount(KEY)
                                        .build())
                        .build());
        full.closed.add(new ClosedConnection(
                3, Optional.of(Group.LOW), Instant.EPOCH, Instant.EPOCH, 1, 2, 3, OptionalLong.empty(), "reset"));
        full.explanation = Optional.of(new TransactionExplanation(
                "a",
                OptionalLong.of(5),
                List.of(new TransactionExplanation.Stream(
                        1,
                        List.of(new FilterVerdict(FilterKind.TRANSACTIONS, "t", Optional.of("no"))),
                        Optional.empty())),
                new TransactionExplanation.Memory(1, 2, 3, OptionalLong.of(4))));
        full.pool.note("kind", "a", "something happened");
        full.timers.tick();
        document = full.get("/api/openapi.json").json();
        shapes = new WrittenShapes(document);
    }

    private static String asked(String path, String id) {
        String explained = path.endsWith("/explain") ? "?signature=" + SIGNATURE : "";
        return path.replace("{id}", id) + explained;
    }

    private void compare(String operation, String path, Answer answer) throws IOException {
        JsonNode schema = document.at("/paths")
                .path(path)
                .at("/" + operation + "/responses/200/content/application~1json/schema");
        assertThat(schema.isObject()).as(operation + " " + path).isTrue();
        assertThat(shapes.differences(schema, answer.json()))
                .as(operation + " " + path + ": " + answer.text())
                .isEmpty();
    }

    @Test
    void everyAnswerHasWhatIsWrittenAndNothingElse() throws IOException {
        Set<String> answered = new HashSet<>();
        Set<String> written = new HashSet<>();
        for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
            if (!path.getValue().at("/get/responses/200").has("content")) {
                continue;
            }
            written.add(path.getKey());
            String id = path.getKey().contains("/connections/") ? "7" : "a";
            for (OpenConsole console : List.of(full, empty)) {
                Answer answer = console.get(asked(path.getKey(), id));
                if (answer.status() == 200) {
                    compare("get", path.getKey(), answer);
                    answered.add(path.getKey());
                }
            }
        }
        orders();
        assertThat(answered).isEqualTo(written);
        Set<String> schemas = new HashSet<>();
        document.at("/components/schemas").fieldNames().forEachRemaining(schemas::add);
        schemas.removeAll(Set.of("Answer", "Problem", "FilterQuestion"));
        // A union of filters needs a provider that answers, and a login needs tokens.
        schemas.removeAll(Set.of("Union", "Ended"));
        assertThat(shapes.met()).as("what is written was met").containsAll(schemas);
    }

    private void orders() throws IOException {
        for (String question : List.of(
                "{\"owner\":\"" + KEY + "\"}",
                "{\"mentions\":[\"" + KEY + "\"]}",
                "{\"signature\":\"" + SIGNATURE + "\"}")) {
            compare("post", "/api/grpc-pool/filters/test", full.order("/api/grpc-pool/filters/test", question));
        }
        empty.subscribe(
                new Monitor("a", Group.HIGH),
                SubscribeRequest.newBuilder()
                        .putSlots("s", SubscribeRequestFilterSlots.getDefaultInstance())
                        .build());
        String id = empty.get("/api/grpc-pool/connections")
                .json()
                .at("/data/connections/0/id")
                .asText();
        empty.timers.tick();
        compare(
                "post",
                "/api/grpc-pool/connections/{id}/reconnect",
                empty.order("/api/grpc-pool/connections/" + id + "/reconnect", ""));
        compare("post", "/api/grpc-pool/drain", empty.order("/api/grpc-pool/drain", ""));
    }

    @Test
    void theComparisonFindsWhatIsOtherwise() throws IOException {
        JsonNode schema = document.at("/components/schemas/Alive");
        ObjectNode alive =
                JsonNodeFactory.instance.objectNode().put("status", "alive").put("ready", true);
        assertThat(shapes.differences(schema, alive)).isEmpty();
        assertThat(shapes.differences(schema, alive.deepCopy().put("more", 1))).containsExactly("/more is not written");
        assertThat(shapes.differences(schema, alive.deepCopy().put("ready", "yes")))
                .containsExactly("/ready is \"yes\", not \"boolean\"");
        assertThat(shapes.differences(schema, alive.deepCopy().put("status", "dead")))
                .containsExactly("/status is \"dead\", not one of [\"alive\"]");
        alive.remove("ready");
        assertThat(shapes.differences(schema, alive)).containsExactly(" has no ready");
    }
}
