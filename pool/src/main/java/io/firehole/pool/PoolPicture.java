package io.firehole.pool;

import io.firehole.pool.budget.BudgetSnapshot;
import io.firehole.pool.routing.CallCounts;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Takes pictures of a pool. Control thread, but for {@link #last}. */
final class PoolPicture {

    private final PoolContext pool;
    private final Links links;
    private final Placement placement;
    private final Leases leases;
    private final Supplier<Optional<BudgetSnapshot>> budget;
    private final LongSupplier refusedStreams;
    private final Supplier<PoolStats.MemoryStats> memory;

    /** Written by the control thread. */
    private volatile PoolStats last;

    PoolPicture(
            PoolContext pool,
            Links links,
            Placement placement,
            Leases leases,
            Supplier<Optional<BudgetSnapshot>> budget,
            LongSupplier refusedStreams,
            Supplier<PoolStats.MemoryStats> memory) {
        this.pool = pool;
        this.links = links;
        this.placement = placement;
        this.leases = leases;
        this.budget = budget;
        this.refusedStreams = refusedStreams;
        this.memory = memory;
        this.last = take();
    }

    /** The last picture taken. Any thread. */
    PoolStats last() {
        return last;
    }

    PoolStats take() {
        List<Upstream<?>> streams = placement.streams();
        List<CallCounts> calls =
                streams.stream().flatMap(stream -> stream.openCall().stream()).toList();
        List<MonitorStream> monitors =
                placement.members().stream().map(Member::stream).toList();
        last = new PoolStats(
                pool.now(),
                links.isReady(),
                pool.config().maxConnections(),
                links.all().stream()
                        .flatMap(link -> link.stats().stream())
                        .sorted(Comparator.comparingLong(PoolStats.ConnectionStats::id))
                        .toList(),
                streams.stream().<PoolStats.StreamStats>map(Upstream::stats).toList(),
                placement.members().stream()
                        .map(Member::stats)
                        .sorted(Comparator.comparing(PoolStats.MonitorStats::id))
                        .toList(),
                leases.stats(),
                pool.tally()
                        .totals(
                                calls,
                                monitors,
                                refusedStreams.getAsLong(),
                                pool.loop().refused(),
                                pool.pace().delayed()),
                placement.vetting().stats(),
                pool.watch().stats(),
                pool.tally()
                        .slow(
                                monitors,
                                placement.losses().told(),
                                pool.spilling().stats()),
                memory.get(),
                pool.tally().buffer(pool.buffer()),
                pool.tally().filling.stats(),
                pool.tally()
                        .gaps()
                        .latest(Optional.empty(), PoolStats.GAPS_KEPT)
                        .reversed(),
                pool.tally().gaps().counts(),
                pool.tally().latestEvents(),
                budget.get());
        return last;
    }
}
