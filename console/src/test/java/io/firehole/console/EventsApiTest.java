package io.firehole.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.pool.PoolStats;
import io.firehole.pool.budget.BudgetEvent;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.BudgetSnapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What happened, as the console tells it. */
class EventsApiTest extends WithConsoles {

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

    private static PoolStats with(PoolStats stats, List<BudgetEvent> events) {
        BudgetSnapshot budget = new BudgetSnapshot(
                List.of(new BudgetSnapshot.RuleUse(BudgetRule.DEFAULT, 0)), Map.of(), 0, 0, 0, 0, 0, Map.of());
        return ConsoleTest.with(
                stats, Map.of("budget", Optional.of(ConsoleTest.with(budget, Map.of("events", events)))));
    }

    @Test
    void allThatBefellTheBudgetIsToldOnceEvenIfItHappenedAtTheSameInstant() throws IOException {
        List<BudgetEvent> events = new ArrayList<>(
                List.of(new BudgetEvent.ProviderDown(5), new BudgetEvent.LedgerBusy(5, "connections", 1)));
        OpenConsole console = opened(new OpenConsole(stats -> with(stats, events)));
        console.timers.tick();
        events.add(new BudgetEvent.LedgerBack(5, "connections", 2));
        events.add(new BudgetEvent.Recovered(5));
        events.removeFirst(); // they are kept for so long and no longer
        console.timers.tick();
        console.timers.tick();
        assertThat(console.get("/api/grpc-pool/events?kind=budget").json().at("/data/events"))
                .extracting(event -> event.get("text").asText())
                .containsExactly(
                        "a new connection works: permits are given as the rules allow",
                        "ledger connections can be used again after 0 ms",
                        "ledger connections: others have held it for 0 ms; no permit is given meanwhile",
                        "the provider closes new connections at once and none of ours lives: one attempt at a time");
    }
}
