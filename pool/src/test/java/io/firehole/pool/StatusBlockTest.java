package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.pool.PoolStats.ChannelStats;
import io.firehole.pool.PoolStats.ConnectionState;
import io.firehole.pool.PoolStats.ConnectionStats;
import io.firehole.pool.PoolStats.MonitorStats;
import io.firehole.pool.PoolStats.Totals;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.BudgetSnapshot;
import io.firehole.pool.budget.BudgetSnapshot.LedgerUse;
import io.firehole.pool.budget.BudgetSnapshot.Restraining;
import io.firehole.pool.budget.BudgetSnapshot.RuleUse;
import io.firehole.pool.memory.MemoryPressure;
import io.firehole.wire.proto.CommitmentLevel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class StatusBlockTest {

    private final StatusBlock block = new StatusBlock();

    @Test
    void tellsConnectionsBudgetAndEachMonitorWithItsRate() {
        block.lines(
                picture(0, List.of(healthy(1)), List.of(monitor("b", Group.LOW, 100), monitor("a", Group.HIGH, 1))));
        List<String> lines = block.lines(picture(
                10, List.of(healthy(1), lost(2)), List.of(monitor("b", Group.LOW, 400), monitor("a", Group.HIGH, 1))));

        assertThat(lines)
                .containsExactly(
                        "status: connections 1/2 healthy (at most 15), budget 58 of 60 left, monitors 2",
                        "  connection 2 is broken, failed 3 times in a row: UNAVAILABLE: refused",
                        "  a                            high    connection 1              1 updates        0.0/s  5 waiting",
                        "  b                            low     connection 1            400 updates       30.0/s  5 waiting");
    }

    @Test
    void showsAScreenfulOfMonitorsAndCountsTheRest() {
        List<MonitorStats> many = IntStream.range(0, StatusBlock.MONITORS_SHOWN + 2)
                .mapToObj(i -> monitor("m" + i, Group.MEDIUM, i))
                .toList();
        List<String> lines = block.lines(picture(0, List.of(healthy(1)), many));
        assertThat(lines).hasSize(1 + StatusBlock.MONITORS_SHOWN + 1);
        assertThat(lines.getLast()).isEqualTo("  and 2 more");
    }

    @Test
    void tellsWhoMakesCallsOfItsOwnAndOnWhichConnection() {
        List<String> lines = block.lines(picture(
                0,
                List.of(healthy(1)),
                List.of(),
                List.of(
                        new ChannelStats("calls", Group.HIGH, 1, 2, 1234),
                        new ChannelStats("rests", Group.LOW, 1, 0, 5))));
        assertThat(lines)
                .containsExactly(
                        "status: connections 1/1 healthy (at most 15), budget 58 of 60 left, monitors 0, with calls of their own 2",
                        "  calls                        high    connection 1          1,234 calls, 2 open");
    }

    @Test
    void tellsWhyNobodyConnectsThoughTheRuleHasRoom() {
        PoolStats now = picture(
                0,
                List.of(),
                List.of(),
                List.of(),
                new BudgetSnapshot(
                        List.of(new RuleUse(BudgetRule.DEFAULT, 2)),
                        Map.of(),
                        0,
                        2,
                        0,
                        0,
                        0,
                        Map.of(),
                        0,
                        0,
                        0,
                        Restraining.EVERYTHING,
                        Map.of("endpoint", LedgerUse.HERE, "token", LedgerUse.AWAY),
                        List.of()));
        assertThat(block.lines(now))
                .containsExactly(
                        "status: connections 0/0 healthy (at most 15), budget 58 of 60 left,"
                                + " held back since the provider refused, ledger token is away and nothing is granted, monitors 0");
    }

    private static PoolStats picture(long seconds, List<ConnectionStats> connections, List<MonitorStats> monitors) {
        return picture(seconds, connections, monitors, List.of());
    }

    private static PoolStats picture(
            long seconds, List<ConnectionStats> connections, List<MonitorStats> monitors, List<ChannelStats> channels) {
        return picture(
                seconds,
                connections,
                monitors,
                channels,
                new BudgetSnapshot(List.of(new RuleUse(BudgetRule.DEFAULT, 2)), Map.of(), 0, 2, 0, 0, 0, Map.of()));
    }

    @Test
    void tellsTheGapsSinceTheBlockBefore() {
        PoolStats none = picture(0, List.of(healthy(1)), List.of());
        List<Gap> gaps = LongStream.rangeClosed(1, 8)
                .mapToObj(number -> new Gap(
                        number,
                        "m" + number,
                        CommitmentLevel.CONFIRMED,
                        100,
                        104,
                        Gap.Cause.REPLAY_TOO_FAR,
                        "",
                        Instant.EPOCH,
                        Instant.EPOCH))
                .toList();
        assertThat(block.lines(with(none, gaps.subList(0, 1))))
                .containsExactly(
                        "status: connections 1/1 healthy (at most 15), budget 58 of 60 left, monitors 0, gaps 1",
                        "  gap of m1: slots 100 to 104 at confirmed (replay-too-far)");
        assertThat(block.lines(with(none, gaps)))
                .hasSize(1 + StatusBlock.GAPS_SHOWN + 1)
                .endsWith("  and 2 more gaps; firehole gaps lists them");
        assertThat(block.lines(with(none, gaps))).hasSize(1);
    }

    private static PoolStats with(PoolStats stats, List<Gap> gaps) {
        Totals totals = new Totals(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, gaps.size(), 0, 0, 0, 0, 0, 0, 0, 0);
        return new PoolStats(
                stats.atNanos(),
                stats.ready(),
                stats.maxConnections(),
                stats.connections(),
                stats.streams(),
                stats.monitors(),
                stats.channels(),
                totals,
                stats.vetting(),
                stats.integrity(),
                stats.slow(),
                stats.memory(),
                stats.buffer(),
                stats.filling(),
                gaps,
                stats.gapCounts(),
                stats.events(),
                stats.budget());
    }

    private static PoolStats picture(
            long seconds,
            List<ConnectionStats> connections,
            List<MonitorStats> monitors,
            List<ChannelStats> channels,
            BudgetSnapshot budget) {
        Totals totals = new Totals(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        return new PoolStats(
                Duration.ofSeconds(seconds).toNanos(),
                true,
                15,
                connections,
                List.of(),
                monitors,
                channels,
                totals,
                new PoolStats.VettingStats(0, 0, 0, 0, 0, 0, 0),
                new PoolStats.IntegrityStats(0, 0, 0, 0),
                new PoolStats.SlowStats(0, 0, 0, 0, new PoolStats.SpillStats(0, 0, 0, 0, 0, 0)),
                new PoolStats.MemoryStats(1, 0, 0, 0, 0, MemoryPressure.NONE, 0, 0, 0, 0, 0),
                new PoolStats.BufferStats(0, 0, 1, 0, 0, 0, Map.of(), 0, 0, 0),
                new PoolStats.FillingStats(0, 0, 0, 0, 0, 0),
                List.of(),
                List.of(),
                List.of(),
                Optional.of(budget));
    }

    private static ConnectionStats healthy(long id) {
        return new ConnectionStats(id, Optional.empty(), ConnectionState.READY, true, 1, List.of(), 1, 0, 0, 0, "");
    }

    private static ConnectionStats lost(long id) {
        return new ConnectionStats(
                id, Optional.empty(), ConnectionState.BROKEN, false, 0, List.of(), 1, 0, 0, 3, "UNAVAILABLE: refused");
    }

    private static MonitorStats monitor(String id, Group group, long updates) {
        PoolStats.Lag lag = new PoolStats.Lag(OptionalLong.of(1), MailboxLimits.OverrunPolicy.DISCONNECT, 0, 0, 0, 0);
        return new MonitorStats(
                id, group, 0, 1, 1, 1, true, OptionalLong.empty(), updates, 0, 5, 0, lag, 0, 0, 0, group);
    }
}
