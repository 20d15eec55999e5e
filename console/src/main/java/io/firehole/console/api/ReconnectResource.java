package io.firehole.console.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firehole.console.http.Action;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.live.LiveDocument;
import io.firehole.console.live.PoolView;
import io.firehole.pool.Pool;
import io.firehole.pool.PoolStats;
import io.firehole.pool.PoolStats.ConnectionStats;
import io.firehole.pool.budget.BudgetSnapshot;
import io.firehole.pool.budget.PermitClass;
import io.firehole.pool.budget.ledger.AttemptKind;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The replacement of a connection by a new one: a GET says what it costs, a POST does it. The new one is proven before the old
 * one is given up, so no monitor misses anything.
 */
public final class ReconnectResource implements Action {

    private final PoolView pool;

    public ReconnectResource(PoolView pool) {
        this.pool = pool;
    }

    @Override
    public Set<String> parameters() {
        return Set.of();
    }

    @Override
    public Set<String> orders() {
        return Set.of();
    }

    @Override
    public Reply get(Query query) {
        PoolStats stats = pool.stats();
        Optional<ConnectionStats> found = ConnectionResource.find(stats, query.part("id"));
        return found.isEmpty()
                ? ConnectionResource.unknown(stats, query.part("id"))
                : Reply.data(cost(found.get(), stats));
    }

    @Override
    public Reply post(Query query) {
        PoolStats stats = pool.stats();
        Optional<ConnectionStats> found = ConnectionResource.find(stats, query.part("id"));
        if (found.isEmpty()) {
            return ConnectionResource.unknown(stats, query.part("id"));
        }
        ObjectNode data = cost(found.get(), stats);
        long id = found.get().id();
        Pool.Reconnect result = pool.reconnect(id);
        if (result == Pool.Reconnect.UNKNOWN) {
            return ConnectionResource.unknown(pool.stats(), query.part("id"));
        }
        boolean begun = result == Pool.Reconnect.BEGUN;
        pool.note(
                "order",
                "",
                query.caller().name() + " had connection " + id + " reconnected, which was "
                        + LiveDocument.word(found.get().state()) + ": "
                        + (begun ? "it is being replaced, for one permit" : "that is under way already"));
        return Reply.data(data.put("permits", begun ? 1 : 0).put("result", LiveDocument.word(result)));
    }

    private static ObjectNode cost(ConnectionStats connection, PoolStats stats) {
        ObjectNode cost = Reply.JSON
                .objectNode()
                .put("connection", connection.id())
                .put("monitors", connection.monitors())
                .put("permits", 1);
        OptionalInt available = stats.budget().map(ReconnectResource::available).orElse(OptionalInt.empty());
        if (available.isEmpty()) {
            return cost.putNull("available").put("atOnce", true);
        }
        return cost.put("available", available.getAsInt()).put("atOnce", available.getAsInt() > 0);
    }

    /** How many permits there are for an order of a person, which leaves a reserve to connections that are lost. */
    private static OptionalInt available(BudgetSnapshot budget) {
        OptionalInt least = budget.rules().stream()
                .filter(rule -> rule.rule().counts().has(AttemptKind.CONNECT))
                .mapToInt(rule -> Math.max(0, PermitClass.MANUAL.limit(rule.believed()) - rule.used()))
                .min();
        return budget.restraint() == BudgetSnapshot.Restraining.EVERYTHING ? OptionalInt.of(0) : least;
    }
}
