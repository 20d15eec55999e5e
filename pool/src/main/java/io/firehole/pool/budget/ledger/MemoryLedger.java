package io.firehole.pool.budget.ledger;

import io.firehole.pool.time.NanoClock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A ledger that lives and dies with this process: for simulations, where several budgets may share one, and for programs
 * that connect to nobody who counts. Any thread; who comes while another has the turn is told that it is busy.
 */
public final class MemoryLedger implements Ledger {

    private final NanoClock clock;
    private final long keepNanos;
    private final ReentrantLock turn = new ReentrantLock();

    /** Guarded by {@link #turn}. */
    private Map<UUID, LedgerEntry> entries = new LinkedHashMap<>();

    /**
     * An empty one.
     *
     * @param clock the ledger's clock
     * @param keep how long after its bound an entry is remembered: the longest window, and the margin
     */
    public MemoryLedger(NanoClock clock, Duration keep) {
        this.clock = clock;
        this.keepNanos = keep.toNanos();
    }

    @Override
    public <T> Turn<T> turn(Decision<T> decision) {
        if (turn.isHeldByCurrentThread() || !turn.tryLock()) {
            return new Turn.Busy<>();
        }
        try {
            Sheet sheet = new Sheet(clock.nanos());
            T result = decision.decide(sheet);
            // Not before: a decision that fails has added nothing.
            entries = sheet.entries;
            return new Turn.Done<>(result);
        } finally {
            turn.unlock();
        }
    }

    @Override
    public void close() {}

    /** What the ledger holds during one turn. */
    private final class Sheet implements LedgerView {
        final long nowNanos;
        final Map<UUID, LedgerEntry> entries = new LinkedHashMap<>(MemoryLedger.this.entries);

        Sheet(long nowNanos) {
            this.nowNanos = nowNanos;
            entries.values().removeIf(entry -> entry.boundNanos() + keepNanos - nowNanos <= 0);
        }

        @Override
        public long nowNanos() {
            return nowNanos;
        }

        @Override
        public List<LedgerEntry> entries() {
            return List.copyOf(entries.values());
        }

        @Override
        public void add(LedgerEntry entry) {
            entries.put(entry.id(), entry);
        }

        @Override
        public void bound(UUID id, long boundNanos) {
            entries.computeIfPresent(id, (same, entry) -> entry.withBound(boundNanos));
        }
    }
}
