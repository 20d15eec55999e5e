package io.firehole.pool;

import io.firehole.pool.memory.MemoryAccount;
import io.firehole.pool.memory.MemoryBudget;
import io.firehole.pool.memory.MemoryPressure;
import io.firehole.pool.routing.Router;
import io.firehole.wire.GrpcStatus;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what is to be done when the memory of all buffers becomes scarce, as far as that is not done where bytes enter.
 * Control thread.
 */
final class MemoryWatch {

    /**
     * How often it looks without being told to, has every mailbox report, since what two threads report at once may be lost,
     * and adds up what is held back on calls: that has limits of its own, and nobody else counts it.
     */
    static final Duration TICK = Duration.ofSeconds(1);

    /** Who holds less is not cut: it keeps up, and what is scarce is held by others, or back on calls. */
    private static final long CUT_FROM_BYTES = 16L << 10;

    private static final Logger log = LoggerFactory.getLogger(MemoryWatch.class);

    private final PoolContext pool;
    private final Supplier<Iterable<Member>> members;
    private final MemoryBudget budget;
    private final Supplier<List<Upstream<?>>> streams;
    private final MemoryAccount held;
    private long heldMost;
    private final Map<MemoryPressure, Long> reached = new EnumMap<>(MemoryPressure.class);
    private MemoryPressure known = MemoryPressure.NONE;
    private long cut;

    MemoryWatch(PoolContext pool, Placement placement) {
        this.pool = pool;
        this.members = placement::members;
        this.streams = placement::streams;
        this.budget = pool.memory();
        this.held = budget.account();
        budget.whenChanged(pool.loop().signal(this::look)::raise);
    }

    void start() {
        pool.loop().after(TICK.toNanos(), this::tick);
    }

    private void tick() {
        members.get().forEach(member -> member.stream().report());
        held.report(this::heldBack);
        heldMost = Math.max(heldMost, held.reported());
        look();
        start();
    }

    private long heldBack() {
        return streams.get().stream()
                .flatMap(stream -> stream.openRouter().stream())
                .mapToLong(Router::heldBytes)
                .sum();
    }

    private void look() {
        note(budget.pressure());
        if (budget.pressure().isAtLeast(MemoryPressure.CUTTING)) {
            cutLargest();
            note(budget.pressure());
        }
    }

    private void note(MemoryPressure now) {
        for (MemoryPressure step : MemoryPressure.values()) {
            if (now.isAtLeast(step) && !known.isAtLeast(step)) {
                reached.merge(step, 1L, Long::sum);
                tell(step.percent() + " % of the memory of all buffers is used (" + budget.used() + " of "
                        + budget.bytesMax() + " bytes, memory.buffers-max): " + consequence(step));
            }
        }
        if (now == MemoryPressure.NONE && known != MemoryPressure.NONE) {
            tell("There is enough memory for all buffers again: " + budget.used() + " of " + budget.bytesMax()
                    + " bytes are used (memory.buffers-max)");
        }
        known = now;
    }

    private void tell(String text) {
        log.warn("{}", text);
        pool.tally().event("memory", "", text);
    }

    private static String consequence(MemoryPressure step) {
        return switch (step) {
            case NONE -> "nothing is done";
            case REFUSING -> "new monitors are refused";
            case TIGHT -> "mailboxes have half their size";
            case CUTTING -> "the monitors for which most waits are cut";
            case FULL -> "mailboxes take in hardly anything that cannot be given away at once";
        };
    }

    /** Cuts those for whom most waits, until there is no need to halve the mailboxes of the others. */
    private void cutLargest() {
        while (budget.pressure().isAtLeast(MemoryPressure.TIGHT)) {
            Optional<Member> largest = largest();
            if (largest.isEmpty()) {
                return;
            }
            Member member = largest.get();
            String why = "more waited for this monitor than for any other ("
                    + member.stream().waiting() + " updates of "
                    + member.stream().waitingBytes() + " bytes) when the memory of all buffers ran out, limit "
                    + budget.bytesMax() + " bytes (memory.buffers-max)";
            cut++;
            log.warn("Monitor {} is cut: {}", member.id(), why);
            pool.tally().event("memory-cut", member.id(), why);
            member.cut(GrpcStatus.Code.RESOURCE_EXHAUSTED.with(why));
        }
    }

    private Optional<Member> largest() {
        Optional<Member> largest = Optional.empty();
        Comparator<Member> bySize =
                Comparator.comparingLong(member -> member.stream().held());
        for (Member member : members.get()) {
            if (member.stream().held() >= CUT_FROM_BYTES
                    && (largest.isEmpty() || bySize.compare(member, largest.get()) > 0)) {
                largest = Optional.of(member);
            }
        }
        return largest;
    }

    PoolStats.MemoryStats stats(long refusedMonitors) {
        return new PoolStats.MemoryStats(
                budget.bytesMax(),
                budget.used(),
                budget.usedMost(),
                held.reported(),
                heldMost,
                budget.pressure(),
                refusedMonitors,
                reached.getOrDefault(MemoryPressure.REFUSING, 0L),
                reached.getOrDefault(MemoryPressure.TIGHT, 0L),
                reached.getOrDefault(MemoryPressure.CUTTING, 0L),
                cut);
    }
}
