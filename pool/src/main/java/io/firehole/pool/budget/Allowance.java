package io.firehole.pool.budget;

import io.firehole.pool.budget.ledger.AttemptKind;
import io.firehole.pool.budget.ledger.Ledger;
import io.firehole.pool.budget.ledger.LedgerEntry;
import io.firehole.pool.budget.ledger.LedgerView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one scope and the ledger under them: what was granted here, by our own clock, and what the ledger holds
 * of others. Both must allow.
 *
 * <p>Times pass between the two clocks with their error on the safe side: what is written may be too late, by as long as
 * the turn took to come, and what is read expires too late, by as long as it took to read.
 *
 * <p>Guarded by the lock of its {@link ConnectionBudget}, but for {@link #ledger} and the calls on a {@link Page}.
 */
final class Allowance {

    private final @Nullable Ledger ledger;
    private final LedgerStanding standing;
    private final List<RuleKeeper> keepers;
    private final long keptNanos;

    /** What was granted here and may still count, whether the ledger knows it or not. */
    private final Map<UUID, Interval> own = new HashMap<>();

    /** What the ledger has shown of others, by our own clock since. */
    private final Map<UUID, Other> others = new HashMap<>();

    /** Those of our own whose bound the ledger does not know yet. */
    private final Map<UUID, Interval> unwritten = new HashMap<>();

    /** When to write them for their own sake. */
    private long writeDueNanos;

    private boolean looked;
    private long lookedNanos;

    /** Until when an attempt of others may still be under way: until then its outcome can make room earlier. */
    private long othersLandNanos;

    /** @param ledger null if what is granted is remembered by this process only */
    Allowance(@Nullable Ledger ledger, List<BudgetRule> rules, LedgerStanding standing, long nowNanos) {
        this.ledger = ledger;
        this.standing = standing;
        this.keepers = rules.stream().map(rule -> RuleKeeper.of(rule, nowNanos)).toList();
        this.keptNanos = rules.stream().mapToLong(IntervalLog::keptNanos).max().orElseThrow();
    }

    @Nullable
    Ledger ledger() {
        return ledger;
    }

    LedgerStanding standing() {
        return standing;
    }

    List<RuleKeeper> keepers() {
        return keepers;
    }

    boolean counts(AttemptKind kind) {
        for (RuleKeeper keeper : keepers) {
            if (keeper.rule().counts().has(kind)) {
                return true;
            }
        }
        return false;
    }

    long admitsInNanos(AttemptKind kind, PermitClass purpose, long nowNanos) {
        long longest = 0;
        for (RuleKeeper keeper : keepers) {
            if (keeper.rule().counts().has(kind)) {
                longest = Math.max(longest, keeper.admitsInNanos(purpose, nowNanos));
            }
        }
        return longest;
    }

    void add(Interval interval) {
        if (ledger != null) {
            own.put(interval.id, interval);
        }
        for (RuleKeeper keeper : keepers) {
            if (keeper.rule().counts().has(interval.kind)) {
                keeper.add(interval);
            }
        }
    }

    /** The bound of one that was granted here has moved; if later than anybody thinks, others must know soon. */
    void moved(Interval interval, boolean later, long nowNanos) {
        for (RuleKeeper keeper : keepers) {
            if (keeper.rule().counts().has(interval.kind)) {
                keeper.moved(interval);
            }
        }
        if (ledger != null) {
            own.put(interval.id, interval);
            write(interval, later ? nowNanos : nowNanos + ConnectionBudget.WRITE_WITHIN.toNanos());
        }
    }

    /** Nothing was attempted and nothing will be: the ledger may forget it as soon as it would one from before. */
    void undo(Interval interval, long nowNanos) {
        for (RuleKeeper keeper : keepers) {
            if (keeper.rule().counts().has(interval.kind)) {
                keeper.undo(interval);
            }
        }
        if (own.remove(interval.id) != null) {
            interval.boundNanos = interval.grantedNanos;
            interval.undone = true;
            write(interval, nowNanos + ConnectionBudget.WRITE_WITHIN.toNanos());
        }
    }

    private void write(Interval interval, long dueNanos) {
        if (unwritten.isEmpty() || dueNanos - writeDueNanos < 0) {
            writeDueNanos = dueNanos;
        }
        unwritten.put(interval.id, interval);
    }

    /** How long until it should be looked at or written to for its own sake; {@code Long.MAX_VALUE} if not at all. */
    long turnDueInNanos(boolean somebodyWaits, long nowNanos) {
        if (ledger == null) {
            return Long.MAX_VALUE;
        }
        if (!looked) {
            return 0;
        }
        long dueNanos = Long.MAX_VALUE;
        if (somebodyWaits && othersLandNanos - nowNanos > 0) {
            dueNanos = lookedNanos + ConnectionBudget.LOOK_AGAIN.toNanos() - nowNanos;
        }
        if (!unwritten.isEmpty()) {
            dueNanos = Math.min(dueNanos, writeDueNanos - nowNanos);
        }
        return Math.max(0, dueNanos);
    }

    /** Takes over what the ledger holds. */
    void look(Page page, long nowNanos) {
        looked = true;
        lookedNanos = nowNanos;
        othersLandNanos = nowNanos;
        // What the ledger still lists is still ours, even if it lists it too long.
        own.values().removeIf(interval -> !page.knows(interval.id) && interval.boundNanos + keptNanos - nowNanos <= 0);
        for (LedgerEntry entry : page.entries) {
            if (own.containsKey(entry.id())) {
                others.remove(entry.id());
            } else {
                Other before = others.get(entry.id());
                if (before == null || before.ledgerBoundNanos != entry.boundNanos()) {
                    others.put(entry.id(), new Other(entry, page.nowNanos, nowNanos));
                }
            }
        }
        others.values()
                .removeIf(other ->
                        !page.knows(other.interval.id) && other.interval.boundNanos + keptNanos - nowNanos <= 0);
        for (Other other : others.values()) {
            long boundNanos = other.interval.boundNanos;
            othersLandNanos = boundNanos - othersLandNanos > 0 ? boundNanos : othersLandNanos;
        }
        for (RuleKeeper keeper : keepers) {
            BudgetRule.Counts counts = keeper.rule().counts();
            List<Interval> counted = new ArrayList<>();
            for (Other other : others.values()) {
                if (counts.has(other.interval.kind)) {
                    counted.add(other.interval);
                }
            }
            keeper.look(counted, nowNanos);
        }
    }

    /** What this turn writes: new permits, and bounds that have moved. */
    void prepare(Page page, List<Interval> granted) {
        for (Interval interval : granted) {
            if (counts(interval.kind)) {
                page.added.add(page.entry(interval, page.nowNanos));
            }
        }
        for (Interval interval : unwritten.values()) {
            if (!interval.undone || page.knows(interval.id)) {
                page.moved.add(page.entry(interval, page.toLedger(interval.grantedNanos)));
            }
            page.written.put(interval, interval.boundNanos);
        }
    }

    /** What the page said is durable. */
    void wrote(Page page, long nowNanos) {
        page.written.forEach((interval, boundNanos) -> {
            if (interval.boundNanos == boundNanos) {
                unwritten.remove(interval.id);
            }
        });
        writeDueNanos = nowNanos + ConnectionBudget.WRITE_WITHIN.toNanos();
    }

    /**
     * What somebody else was granted. Once seen, it is kept for a window by our own clock, whatever becomes of the ledger's:
     * if that jumps ahead, the ledger forgets too early; if it goes back, too late.
     */
    private static final class Other {
        final Interval interval;
        final long ledgerBoundNanos;

        Other(LedgerEntry entry, long ledgerNowNanos, long nowNanos) {
            long inNanos = Math.min(entry.boundNanos() - ledgerNowNanos, ConnectionBudget.BOUND_AHEAD_MAX.toNanos());
            this.interval = new Interval(entry.id(), entry.kind(), nowNanos, nowNanos + inNanos);
            this.ledgerBoundNanos = entry.boundNanos();
        }
    }

    /** Begins one look at the ledger. */
    Page page(LedgerView view, long askedNanos) {
        return new Page(view, askedNanos);
    }

    /** One look at the ledger, and what is to be written in the same turn. The budget's own thread. */
    final class Page {
        private final LedgerView view;
        private final long nowNanos;
        private final long askedNanos;
        private final List<LedgerEntry> entries;
        private final List<LedgerEntry> added = new ArrayList<>();
        private final List<LedgerEntry> moved = new ArrayList<>();
        private final Map<Interval, Long> written = new HashMap<>();
        private final Set<UUID> known = new HashSet<>();

        /** @param askedNanos our own clock before the turn was asked for */
        private Page(LedgerView view, long askedNanos) {
            this.view = view;
            this.nowNanos = view.nowNanos();
            this.askedNanos = askedNanos;
            this.entries = view.entries();
            entries.forEach(entry -> known.add(entry.id()));
        }

        Allowance allowance() {
            return Allowance.this;
        }

        private boolean knows(UUID id) {
            return known.contains(id);
        }

        private long toLedger(long ownNanos) {
            return nowNanos + (ownNanos - askedNanos);
        }

        private LedgerEntry entry(Interval interval, long grantedNanos) {
            return new LedgerEntry(interval.id, interval.kind, grantedNanos, toLedger(interval.boundNanos));
        }

        /** Writes what was prepared. Without the lock: it may block. */
        void write() {
            added.forEach(view::add);
            for (LedgerEntry entry : moved) {
                if (knows(entry.id())) {
                    view.bound(entry.id(), entry.boundNanos());
                } else if (entry.boundNanos() + keptNanos - nowNanos > 0) {
                    // Forgotten too early: the process was stopped, or the machine slept, in the middle of an attempt.
                    view.add(entry);
                }
            }
        }
    }
}
