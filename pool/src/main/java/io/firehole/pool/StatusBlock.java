package io.firehole.pool;

import io.firehole.pool.PoolStats.ChannelStats;
import io.firehole.pool.PoolStats.ConnectionStats;
import io.firehole.pool.PoolStats.MonitorStats;
import io.firehole.pool.budget.BudgetSnapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How the pool stands, in some lines for a person: connections, budget, and each monitor with its connection.
 *
 * <p>Remembers the picture before, for rates. One thread.
 */
public final class StatusBlock {

    /** More monitors than fit on a screen help nobody; the rest is counted. */
    static final int MONITORS_SHOWN = 40;

    /** Gaps told one by one in one block; the rest is counted. */
    static final int GAPS_SHOWN = 5;

    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private @Nullable PoolStats before;

    /** The lines for this picture; rates are since the picture of the last call. */
    public List<String> lines(PoolStats now) {
        List<String> lines = new ArrayList<>();
        lines.add(pool(now));
        for (ConnectionStats connection : now.connections()) {
            if (!connection.healthy()) {
                lines.add(trouble(connection));
            }
        }
        gaps(now, lines);
        Map<String, Long> updatesBefore = new HashMap<>();
        PoolStats earlier = before;
        double seconds = earlier == null ? 0 : (now.atNanos() - earlier.atNanos()) / NANOS_PER_SECOND;
        if (earlier != null) {
            earlier.monitors().forEach(monitor -> updatesBefore.merge(monitor.id(), monitor.updates(), Long::sum));
        }
        now.monitors().stream()
                .sorted(Comparator.comparing(MonitorStats::group).thenComparing(MonitorStats::id))
                .limit(MONITORS_SHOWN)
                .map(monitor -> monitor(monitor, updatesBefore.get(monitor.id()), seconds))
                .forEach(lines::add);
        now.channels().stream()
                .filter(channel -> channel.calls() > 0)
                .limit(Math.max(0, MONITORS_SHOWN - now.monitors().size()))
                .map(StatusBlock::channel)
                .forEach(lines::add);
        int calling = (int)
                now.channels().stream().filter(channel -> channel.calls() > 0).count();
        int rest = now.monitors().size() + calling - MONITORS_SHOWN;
        if (rest > 0) {
            lines.add("  and " + rest + " more");
        }
        before = now;
        return lines;
    }

    /** Those since the last block. */
    private void gaps(PoolStats now, List<String> lines) {
        PoolStats earlier = before;
        long fresh =
                now.totals().gaps() - (earlier == null ? 0 : earlier.totals().gaps());
        now.gaps().reversed().stream()
                .limit(Math.min(fresh, GAPS_SHOWN))
                .forEach(gap -> lines.add("  gap of " + gap.monitor() + ": " + gap.told()));
        if (fresh > GAPS_SHOWN) {
            lines.add("  and " + (fresh - GAPS_SHOWN) + " more gaps; firehole gaps lists them");
        }
    }

    private static String pool(PoolStats now) {
        return "status: connections " + now.healthy() + "/" + now.total() + " healthy (at most " + now.maxConnections()
                + "), budget " + now.budget().map(StatusBlock::budget).orElse("none")
                + ", monitors " + now.monitors().size()
                + (now.channels().isEmpty()
                        ? ""
                        : ", with calls of their own " + now.channels().size())
                + (now.totals().gaps() == 0 ? "" : ", gaps " + now.totals().gaps());
    }

    private static String budget(BudgetSnapshot budget) {
        return budget.available() + " of " + budget.limit() + " left"
                + (budget.queuedInAll() == 0 ? "" : ", " + budget.queuedInAll() + " waiting")
                + switch (budget.restraint()) {
                    case NOTHING -> "";
                    case EVERYTHING -> ", held back since the provider refused";
                    case ALL_BUT_ONE -> ", one attempt at a time";
                }
                + ledgers(budget);
    }

    private static String ledgers(BudgetSnapshot budget) {
        StringBuilder trouble = new StringBuilder();
        new TreeMap<>(budget.ledgers())
                .forEach((scope, use) -> trouble.append(
                        switch (use) {
                            case HERE, BUSY -> "";
                            case HOLDS -> ", ledger " + scope + " holds everybody back";
                            case AWAY -> ", ledger " + scope + " is away and nothing is granted";
                            case SHARE -> ", ledger " + scope + " is away and only the private share is used";
                        }));
        return trouble.toString();
    }

    private static String trouble(ConnectionStats connection) {
        return "  connection " + connection.id() + " is "
                + connection.state().name().toLowerCase(Locale.ROOT)
                + (connection.failures() == 0 ? "" : ", failed " + connection.failures() + " times in a row")
                + (connection.lastError().isEmpty() ? "" : ": " + connection.lastError());
    }

    private static String monitor(MonitorStats monitor, @Nullable Long updatesBefore, double seconds) {
        String connection = monitor.connectionId() == 0 ? "no connection" : "connection " + monitor.connectionId();
        Optional<String> rate = updatesBefore == null || seconds <= 0
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT, "%,.1f/s", Math.max(0, monitor.updates() - updatesBefore) / seconds));
        return String.format(
                        Locale.ROOT,
                        "  %-28s %-6s  %-14s %,12d updates %12s  %s",
                        monitor.id(),
                        monitor.group().word(),
                        connection,
                        monitor.updates(),
                        rate.orElse(""),
                        monitor.active() ? monitor.waiting() + " waiting" : "not active yet")
                .stripTrailing();
    }

    private static String channel(ChannelStats channel) {
        String connection = channel.connectionId() == 0 ? "no connection" : "connection " + channel.connectionId();
        return String.format(
                Locale.ROOT,
                "  %-28s %-6s  %-14s %,12d calls, %d open",
                channel.id(),
                channel.group().word(),
                connection,
                channel.begun(),
                channel.calls());
    }
}
