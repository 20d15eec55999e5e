package io.firehole.simulation;

import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.pool.Delivery;
import io.firehole.pool.Gap;
import io.firehole.simulation.VirtualChain.Moment;
import io.firehole.simulator.chain.Matches;
import io.firehole.simulator.chain.RingEvent;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeRequest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a monitor was promised, through whatever goes wrong: every update of its filters from the slot on that it was told,
 * each once, in order, but for what a recorded gap says. It knows the chain and what was asked, and nothing of the pool.
 *
 * <p>An update is known by its names and payload. What is sent again says another {@code created_at}, and that is all that may
 * differ. Order is that of a direct subscription: content before its block, the block before its meta, the meta before the
 * slot's status at the stream's own level, and all that before content of a later slot; each status in the order of slots,
 * and of each slot in the order of its life.
 */
final class Promise {

    /** The order of a slot's life. */
    private static final List<SlotStatus> LIFE = List.of(
            SlotStatus.SLOT_FIRST_SHRED_RECEIVED,
            SlotStatus.SLOT_CREATED_BANK,
            SlotStatus.SLOT_COMPLETED,
            SlotStatus.SLOT_DEAD,
            SlotStatus.SLOT_PROCESSED,
            SlotStatus.SLOT_CONFIRMED,
            SlotStatus.SLOT_FINALIZED);

    private static final int CONTENT = 0;
    private static final int BLOCK = 1;
    private static final int META = 2;
    private static final int SEALED = 3;

    /** An update that a subscription of its own would have got. */
    private static final class Due {
        final int index;
        final long atNanos;
        final long slot;
        final UpdateKind kind;
        final int rank;
        final SlotStatus status;
        final long key;
        boolean replayable;
        boolean received;

        Due(int index, long key, long atNanos, long slot, UpdateKind kind, int rank, SlotStatus status) {
            this.index = index;
            this.key = key;
            this.atNanos = atNanos;
            this.slot = slot;
            this.kind = kind;
            this.rank = rank;
            this.status = status;
        }

        @Override
        public String toString() {
            return kind + (kind == UpdateKind.SLOT ? " " + status : "") + " of slot " + slot + " of "
                    + Duration.ofNanos(atNanos);
        }
    }

    /**
     * What came of it.
     *
     * @param updates received
     * @param lostWithinGaps updates that did not come, in slots of a recorded gap
     * @param closable those of them that a replay could have brought
     * @param lostUnsaid updates that did not come, outside of every gap
     * @param gaps recorded for it
     * @param needless slots at the ends of gaps of which nothing is missing
     */
    record Kept(long updates, long lostWithinGaps, long closable, long lostUnsaid, int gaps, long needless) {}

    private final VirtualChain chain;
    private final Matches matches;
    private final CommitmentLevel level;
    private final boolean strict;
    private final boolean asksForSomething;
    private final long oldestNanos;
    private final Map<Long, Due> due = new HashMap<>();
    private final Deque<Due> all = new ArrayDeque<>();

    /** Those of them that may still be late; the first is the oldest that has not come. */
    private final Deque<Due> awaited = new ArrayDeque<>();

    private final Set<Long> missingSlots = new HashSet<>();
    private final Set<Long> slots = new HashSet<>();
    private long within;
    private long couldHave;
    private long unsaid;
    private int count;
    private final List<String> broken = new ArrayList<>();
    private final Map<SlotStatus, Long> newestOf = new EnumMap<>(SlotStatus.class);
    private final Map<Long, Integer> lifeOf = new HashMap<>();
    private int followed;
    private long updates;
    private @Nullable Due last;

    /**
     * @param askedAtNanos when it asked
     * @param onTheWay how old an update may be that reaches a newcomer
     * @param strict whether statuses must come in order too, whatever is missing must be said to be, and nothing may be missing
     *     that could have been replayed
     */
    Promise(VirtualChain chain, SubscribeRequest request, long askedAtNanos, Duration onTheWay, boolean strict) {
        this.chain = chain;
        this.strict = strict;
        this.oldestNanos = askedAtNanos - onTheWay.toNanos();
        this.followed = chain.forgotten();
        try {
            FilterSet filters = FilterSet.compile(request, FilterLimits.UNLIMITED);
            this.matches = chain.match(filters);
            this.level = filters.commitment();
            this.asksForSomething = !filters.isEmpty();
        } catch (InvalidFilterException invalid) {
            throw new IllegalArgumentException(invalid);
        }
    }

    boolean asksForSomething() {
        return asksForSomething;
    }

    CommitmentLevel level() {
        return level;
    }

    /** What is wrong so far, the first few things. */
    List<String> broken() {
        return broken;
    }

    private void breaks(long nowNanos, String how) {
        if (broken.size() < 3) {
            broken.add(how + " (at " + Duration.ofNanos(nowNanos) + ")");
        }
    }

    /** Takes what the monitor has received. */
    long receive(Delivery delivery, long nowNanos) {
        follow();
        updates++;
        byte[] whole = SentUpdate.whole(delivery);
        long key = UpdateKey.of(whole);
        Due one = due.get(key);
        if (one == null) {
            breaks(nowNanos, "got what no subscription of its own gives: " + SentUpdate.brief(whole));
        } else if (one.received) {
            breaks(nowNanos, "got twice: " + one);
        } else {
            if (one.atNanos < oldestNanos) {
                breaks(nowNanos, "got what happened before it asked: " + one);
            }
            one.received = true;
            checkOrder(one, nowNanos);
        }
        return key;
    }

    private void checkOrder(Due one, long nowNanos) {
        if (one.rank >= 0) {
            Due before = last;
            boolean wrong = before != null
                    && (one.slot < before.slot
                            || (one.slot == before.slot
                                    && (one.rank < before.rank
                                            || (one.rank == before.rank
                                                    && one.rank != BLOCK
                                                    && one.index < before.index))));
            if (wrong) {
                breaks(nowNanos, "got " + one + " after " + before);
            }
            last = one;
        }
        if (strict && one.kind == UpdateKind.SLOT) {
            Long newest = newestOf.put(one.status, one.slot);
            if (newest != null && newest > one.slot) {
                breaks(nowNanos, "got " + one + " after that of slot " + newest);
            }
            Integer age = lifeOf.put(one.slot, LIFE.indexOf(one.status));
            if (age != null && age > LIFE.indexOf(one.status)) {
                breaks(nowNanos, "got " + one + " after " + LIFE.get(age) + " of that slot");
            }
        }
    }

    /** Goes on to what the chain has done. */
    private void follow() {
        List<Moment> moments = chain.moments();
        for (; followed < chain.forgotten() + moments.size(); followed++) {
            Moment moment = moments.get(followed - chain.forgotten());
            if (moment.level() == level) {
                add(moment.atNanos(), moment.event());
                if (level == CommitmentLevel.PROCESSED && moment.event() instanceof RingEvent.BlockMeta meta) {
                    markReplayable(meta.slot());
                }
            }
        }
    }

    private void add(long atNanos, RingEvent event) {
        SlotStatus status = event instanceof RingEvent.Status of ? of.status() : SlotStatus.UNRECOGNIZED;
        matches.write(event, Matches.START, (kind, names, payload, offset, length, createdAt) -> {
            long key = UpdateKey.of(names, payload, offset, length);
            Due one = new Due(count++, key, atNanos, event.slot(), kind, rank(kind, status), status);
            one.replayable = switch (kind) {
                case SLOT -> LIFE.indexOf(status) >= LIFE.indexOf(SlotStatus.SLOT_PROCESSED);
                case BLOCK, BLOCK_META -> true;
                default -> level != CommitmentLevel.PROCESSED;
            };
            Due same = due.put(key, one);
            if (same != null) {
                throw new IllegalStateException("two updates look alike: " + same + " and " + one);
            }
            all.add(one);
            awaited.add(one);
            return true;
        });
    }

    /** Replay gives of each account the last write of a slot, and of a slot in progress nothing. */
    private void markReplayable(long slot) {
        for (RingEvent event : chain.replayable(slot)) {
            if (event instanceof RingEvent.Data data) {
                matches.write(data, Matches.START, (kind, names, payload, offset, length, createdAt) -> {
                    Objects.requireNonNull(due.get(UpdateKey.of(names, payload, offset, length))).replayable = true;
                    return true;
                });
            }
        }
    }

    /** Negative for what may come at any time: the statuses that are not the seal of this level. */
    private int rank(UpdateKind kind, SlotStatus status) {
        return switch (kind) {
            case BLOCK -> BLOCK;
            case BLOCK_META -> META;
            case SLOT ->
                switch (level) {
                            case PROCESSED -> status == SlotStatus.SLOT_PROCESSED;
                            case CONFIRMED -> status == SlotStatus.SLOT_CONFIRMED;
                            default -> status == SlotStatus.SLOT_FINALIZED;
                        }
                        ? SEALED
                        : -1;
            default -> CONTENT;
        };
    }

    /**
     * What happened before that is over, and forgotten then: should it come after all, it is not known.
     *
     * @param wholeFrom as below
     * @param gaps as below
     * @param closable as below
     */
    void settle(long beforeNanos, OptionalLong wholeFrom, List<Gap> gaps, Closable closable, long nowNanos) {
        follow();
        for (Due one = all.peek(); one != null && one.atNanos < beforeNanos; one = all.peek()) {
            all.remove();
            due.remove(one.key);
            slots.add(one.slot);
            if (!one.received) {
                missingSlots.add(one.slot);
                if (isPromised(one, wholeFrom)) {
                    isMissing(one, said(gaps, one), one.replayable && closable.at(one.atNanos, one.slot), nowNanos);
                }
            }
        }
    }

    private static boolean isPromised(Due one, OptionalLong wholeFrom) {
        return wholeFrom.isPresent() && one.slot >= wholeFrom.getAsLong();
    }

    private void isMissing(Due one, @Nullable Gap said, boolean brought, long nowNanos) {
        if (said == null) {
            unsaid++;
            if (strict) {
                breaks(nowNanos, "lost and not said to be: " + one);
            }
            return;
        }
        within++;
        if (brought) {
            couldHave++;
            if (strict) {
                breaks(nowNanos, "could have been replayed: " + one + ", " + said.told());
            }
        }
    }

    /**
     * Whether something has not come that happened before that and was promised, and is not said to be missing.
     *
     * @param wholeFrom the first slot of which everything was promised; empty if nothing was
     * @param gaps what was said to be missing
     */
    boolean isBehind(long beforeNanos, OptionalLong wholeFrom, Supplier<List<Gap>> gaps) {
        follow();
        for (Due one = awaited.peek(); one != null && one.atNanos < beforeNanos; one = awaited.peek()) {
            if (!one.received && isPromised(one, wholeFrom) && said(gaps.get(), one) == null) {
                return true;
            }
            awaited.remove();
        }
        return false;
    }

    /**
     * All is over.
     *
     * @param wholeFrom the first slot of which everything was promised; empty if nothing was
     * @param gaps what was said to be missing
     * @param closable knows what a replay could have brought
     */
    Kept finish(OptionalLong wholeFrom, List<Gap> gaps, Closable closable, long nowNanos) {
        settle(Long.MAX_VALUE, wholeFrom, gaps, closable, nowNanos);
        long needless = 0;
        for (Gap gap : gaps) {
            if (missingSlots.stream().anyMatch(slot -> gap.firstSlot() <= slot && slot <= gap.lastSlot())) {
                LongPredicate idle = slot -> slots.contains(slot) && !missingSlots.contains(slot);
                long from = gap.firstSlot();
                for (; !missingSlots.contains(from); from++) {
                    needless += idle.test(from) ? 1 : 0;
                }
                for (long to = gap.lastSlot(); !missingSlots.contains(to); to--) {
                    needless += idle.test(to) ? 1 : 0;
                }
            }
        }
        return new Kept(updates, within, couldHave, unsaid, gaps.size(), needless);
    }

    /** Whether a replay could have brought what was missed at that moment in that slot. */
    @FunctionalInterface
    interface Closable {
        boolean at(long atNanos, long slot);
    }

    private static @Nullable Gap said(List<Gap> gaps, Due one) {
        for (Gap gap : gaps) {
            boolean covers = gap.firstSlot() <= one.slot && one.slot <= gap.lastSlot();
            if (covers && (gap.cause() != Gap.Cause.NOT_REPLAYABLE || !one.replayable)) {
                return gap;
            }
        }
        return null;
    }
}
