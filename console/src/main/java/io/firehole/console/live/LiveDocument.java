package io.firehole.console.live;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firehole.pool.Group;
import io.firehole.pool.PoolStats;
import io.firehole.pool.PoolStats.ConnectionState;
import io.firehole.pool.PoolStats.ConnectionStats;
import io.firehole.pool.PoolStats.MonitorStats;
import io.firehole.pool.budget.BudgetSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The realtime document: everything a dashboard draws, of one {@link Sample}. Times are in milliseconds, rates per second;
 * numbers of connections and streams are keys of maps as text. Immutable; any thread.
 */
public final class LiveDocument {

    /** Monitors' streams that are shown one by one; all are counted. */
    public static final int MONITORS_MAX = 1_000;

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final Optional<Price> price;
    private final String run;

    /**
     * A document that begins to count with this program.
     *
     * @param price what the provider charges; empty if that is not known
     * @param run another one for each start of the program, so that whoever looks sees that everything began anew
     */
    public LiveDocument(Optional<Price> price, String run) {
        this.price = price;
        this.run = run;
    }

    /** The document of that picture. */
    ObjectNode of(Sample sample) {
        PoolStats stats = sample.stats();
        ObjectNode data = JSON.objectNode()
                .put("run", run)
                .put("sequence", sample.sequence())
                .put("status", sample.health().word());
        ArrayNode reasons = data.putArray("reasons");
        sample.health().reasons().forEach(reasons::add);
        data.set("connections", connections(stats));
        data.set("rateLimit", rateLimit(stats.budget()));
        data.set("streams", streams(stats));
        data.set("performance", performance(sample));
        data.set("monitors", monitors(sample));
        data.set("upstream", sample.upstream().shown());
        data.set("delivered", sample.delivered().shown());
        data.set("totals", totals(stats));
        data.set("savings", new Savings(price).shown(stats));
        data.set("memory", memory(stats.memory()));
        data.set("history", history(sample.history()));
        data.set("groups", groups(stats));
        ArrayNode connectionList = data.putArray("connectionList");
        stats.connections().forEach(one -> connectionList.add(LiveRows.connection(one, sample)));
        ArrayNode streamList = data.putArray("streamList");
        stats.streams().forEach(one -> streamList.add(LiveRows.stream(one, sample)));
        ArrayNode monitorList = data.putArray("monitorList");
        stats.monitors().stream().limit(MONITORS_MAX).forEach(one -> monitorList.add(LiveRows.monitor(one, sample)));
        return data.put("monitorsLeftOut", Math.max(0, stats.monitors().size() - MONITORS_MAX));
    }

    private static ObjectNode connections(PoolStats stats) {
        List<ConnectionStats> all = stats.connections();
        Predicate<ConnectionStats> open =
                one -> one.state() == ConnectionState.READY || one.state() == ConnectionState.DRAINING;
        Predicate<ConnectionStats> used = one -> !one.streams().isEmpty()
                || stats.channels().stream().anyMatch(calls -> calls.connectionId() == one.id() && calls.calls() > 0);
        return JSON.objectNode()
                .put("total", all.size())
                .put("active", all.stream().filter(open.and(used)).count())
                .put("idle", all.stream().filter(open.and(used.negate())).count())
                .put("failed", count(all, ConnectionState.BROKEN))
                .put("creating", count(all, ConnectionState.CONNECTING))
                .put("healthy", stats.healthy())
                .put("max", stats.maxConnections());
    }

    private static long count(List<ConnectionStats> all, ConnectionState state) {
        return all.stream().filter(one -> one.state() == state).count();
    }

    /** How the budget stands, by its tightest rule; all but the queue null where there is no budget. */
    public static ObjectNode rateLimit(Optional<BudgetSnapshot> budget) {
        ObjectNode node = JSON.objectNode();
        if (budget.isEmpty()) {
            node.putNull("tokensAvailable").putNull("tokensUsed1Min").putNull("percentUsed");
            return node.putNull("nextTokenIn")
                    .put("queuedRequests", 0)
                    .putNull("limit")
                    .putNull("window");
        }
        BudgetSnapshot snapshot = budget.get();
        int limit = snapshot.limit();
        return node.put("tokensAvailable", snapshot.available())
                .put("tokensUsed1Min", snapshot.used())
                .put("percentUsed", Math.round((limit - snapshot.available()) * 1_000.0 / limit) / 10.0)
                .put("nextTokenIn", millis(snapshot.nextPermitInNanos()))
                .put("queuedRequests", snapshot.queuedInAll())
                .put("limit", limit)
                .put("window", millis(snapshot.windowNanos()));
    }

    private static ObjectNode streams(PoolStats stats) {
        ObjectNode node = JSON.objectNode().put("total", stats.streams().size());
        ObjectNode perConnection = node.putObject("perConnection");
        stats.connections()
                .forEach(one -> perConnection.put(
                        String.valueOf(one.id()), one.streams().size()));
        Map<String, Integer> byMonitor = new TreeMap<>();
        stats.monitors().forEach(one -> byMonitor.merge(one.id(), 1, Integer::sum));
        ObjectNode counted = node.putObject("byMonitor");
        byMonitor.entrySet().stream()
                .limit(MONITORS_MAX)
                .forEach(entry -> counted.put(entry.getKey(), entry.getValue()));
        return node;
    }

    private static ObjectNode performance(Sample sample) {
        PoolStats stats = sample.stats();
        PoolStats.Totals totals = stats.totals();
        ObjectNode node = JSON.objectNode()
                .put("avgConnectionTime", average(totals.connectNanos(), totals.connected()))
                .put(
                        "avgQueueWaitTime",
                        stats.budget()
                                .map(budget -> average(budget.waitedNanos(), budget.granted()))
                                .orElse(0.0));
        ObjectNode uptime = node.putObject("connectionUptime");
        stats.connections().stream()
                .filter(one -> one.uptimeNanos() > 0)
                .forEach(one -> uptime.put(String.valueOf(one.id()), millis(one.uptimeNanos())));
        return node.put("reconnectsLastHour", sample.reconnectsLastHour());
    }

    private static double average(long nanos, long count) {
        return count == 0 ? 0 : Math.round(nanos / (double) count / 100_000) / 10.0;
    }

    private static ObjectNode monitors(Sample sample) {
        List<MonitorStats> all = sample.stats().monitors();
        Health health = sample.health();
        ObjectNode node = JSON.objectNode()
                .put("total", all.size())
                .put("active", health.served())
                .put("waiting", health.waiting() - health.failed())
                .put("failed", health.failed());
        ObjectNode byGroup = node.putObject("byGroup");
        for (Group group : Group.values()) {
            byGroup.put(
                    group.word(),
                    all.stream().filter(one -> one.group() == group).count());
        }
        return node;
    }

    private static ObjectNode totals(PoolStats stats) {
        PoolStats.Totals totals = stats.totals();
        return JSON.objectNode()
                .put("updates", totals.updates())
                .put("bytes", totals.bytes())
                .put("delivered", totals.delivered())
                .put("deliveredBytes", totals.deliveredBytes())
                .put("unrouted", totals.unrouted())
                .put("malformed", totals.malformed())
                .put("gaps", totals.gaps())
                .put("events", totals.events())
                .put("connects", totals.connects())
                .put("reconnects", totals.reconnects())
                .put("closedConnections", totals.closedConnections())
                .put("overruns", totals.overruns())
                .put("dropped", stats.slow().dropped())
                .put("conflated", stats.slow().conflated())
                .put("hits", totals.hits())
                .put("misses", totals.misses())
                .put("hitRate", totals.hitRate());
    }

    private static ObjectNode memory(PoolStats.MemoryStats memory) {
        return JSON.objectNode()
                .put("used", memory.used())
                .put("max", memory.bytesMax())
                .put("usedMost", memory.usedMost())
                .put("pressure", word(memory.pressure()));
    }

    private static ObjectNode history(Optional<HistoryStanding> standing) {
        return JSON.objectNode()
                .put("kept", standing.isPresent())
                .put("waiting", standing.map(HistoryStanding::waiting).orElse(0L))
                .put("dropped", standing.map(HistoryStanding::droppedInAll).orElse(0L))
                .put(
                        "trouble",
                        standing.flatMap(one -> one.trouble()
                                        .or(() -> one.database().flatMap(HistoryStanding.Database::trouble)))
                                .orElse(null));
    }

    private static ArrayNode groups(PoolStats stats) {
        ArrayNode groups = JSON.arrayNode();
        for (Group group : Group.values()) {
            ObjectNode node = groups.addObject().put("group", group.word());
            ArrayNode connections = node.putArray("connections");
            stats.connections().stream()
                    .filter(one -> one.group().filter(of -> of == group).isPresent())
                    .forEach(one -> connections.add(one.id()));
            ArrayNode streams = node.putArray("streams");
            stats.streams().stream().filter(one -> one.group() == group).forEach(one -> streams.add(one.id()));
            node.put(
                    "monitors",
                    stats.monitors().stream()
                            .filter(one -> one.group() == group)
                            .count());
        }
        return groups;
    }

    /** A constant as it stands in answers. */
    public static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static long millis(long nanos) {
        return Duration.ofNanos(nanos).toMillis();
    }
}
