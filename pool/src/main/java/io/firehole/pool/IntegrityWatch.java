package io.firehole.pool;

import io.firehole.pool.Observation.Finding;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Looks now and then whether monitors get what their filters say. Which monitors an update is for is the provider's word: it
 * says which labels matched, and a router looks them up. A few updates a second are matched a second time here, in full,
 * and compared with what was delivered. A monitor for which the two differ more than once in a while is given a stream of
 * its own, where nobody's labels can be mistaken.
 *
 * <p>An update costs one look at a flag; what is sampled is judged elsewhere, never on an event loop. One sample is under way
 * at a time, so that nothing piles up where judging is slow: then there are fewer of them.
 *
 * <p>Control thread, but for {@link #isDue}, {@link #take} and {@link #judge}.
 */
final class IntegrityWatch {

    private final PoolLoop loop;
    private final Executor judges;
    private final long everyNanos;
    private final LongAdder dropped = new LongAdder();

    /** Whether the next update is to be sampled. Read on event loops, set on the control thread. */
    private final AtomicBoolean due;

    private @Nullable Verdicts verdicts;
    private long samples;
    private long judged;
    private long disagreements;

    /** Who does something about it. Control thread. */
    @FunctionalInterface
    interface Verdicts {

        /** What a monitor got was not what its filters say, and not for the first time. */
        void mistrusted(Member member, String why);
    }

    /**
     * @param samplesPerSecond 0 for none
     * @param judges where samples are judged
     */
    IntegrityWatch(PoolLoop loop, Executor judges, int samplesPerSecond) {
        this.loop = loop;
        this.judges = judges;
        this.everyNanos = samplesPerSecond == 0 ? 0 : Duration.ofSeconds(1).toNanos() / samplesPerSecond;
        this.due = new AtomicBoolean(samplesPerSecond > 0);
    }

    void report(Verdicts to) {
        verdicts = to;
    }

    /** Whether an update is to be sampled now. Any thread. */
    boolean isDue() {
        return due.getOpaque();
    }

    /** Takes the sample that is due, unless somebody else does. Any thread. */
    boolean take() {
        return due.compareAndSet(true, false);
    }

    /** Has a sample judged that was taken. Any thread. */
    void judge(Observation observation) {
        try {
            judges.execute(() -> {
                List<Finding> findings = List.of();
                try {
                    findings = observation.findings();
                } finally {
                    tell(findings);
                }
            });
        } catch (RejectedExecutionException tooBusy) {
            dropped.increment();
            tell(List.of());
        }
    }

    private void tell(List<Finding> findings) {
        loop.signal(() -> settle(findings)).raise();
    }

    /** What was found counts if the monitor has been served in the same way all the time. */
    private void settle(List<Finding> findings) {
        samples++;
        loop.after(everyNanos, () -> due.set(true));
        for (Finding finding : findings) {
            Watched watched = finding.watched();
            if (!watched.post().isStill(watched)) {
                continue;
            }
            judged++;
            Member member = watched.post().member();
            if (finding.agrees()) {
                member.integrity().agreed();
                continue;
            }
            disagreements++;
            Verdicts told = verdicts;
            if (member.integrity().disagreed() && told != null) {
                member.integrity().beginAnew();
                told.mistrusted(member, finding.fault());
            }
        }
    }

    PoolStats.IntegrityStats stats() {
        return new PoolStats.IntegrityStats(samples, judged, disagreements, dropped.sum());
    }
}
