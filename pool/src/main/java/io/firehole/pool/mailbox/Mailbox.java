package io.firehole.pool.mailbox;

import io.firehole.pool.memory.MemoryAccount;
import io.firehole.pool.memory.MemoryBudget;
import io.firehole.pool.memory.MemoryPressure;
import io.firehole.wire.GrpcStatus;
import java.lang.invoke.VarHandle;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bounded queue with one reader, filled through {@link Lane lanes}.
 *
 * <p><b>Waking the reader.</b> A reader that finds nothing arms the mailbox and looks once more; a writer adds, and then
 * looks whether the mailbox is armed. A full fence stands between the two steps on either side, so at least one of them
 * sees the other: no element is left lying while the reader sleeps. Who disarms calls the wakeup, so that it is called
 * once for a reader that went to sleep, not once for each element.
 *
 * <p><b>The consuming end.</b> Who takes elements out holds the consuming end: the reader for as long as it takes one; a
 * writer that finds the mailbox full, while its {@link Relief} makes room; and whoever looks at the oldest element or forgets
 * all. Nobody waits for it. A reader that does not get it has nothing to read for the moment and is woken by who has it. A
 * writer that does not get it knows that somebody takes elements out already, and may go over the limits meanwhile: by one part
 * in {@value #OVERSHOOT_PART}, but at least by {@value #OVERSHOOT_UPDATES} elements and {@value #OVERSHOOT_BYTES} bytes.
 *
 * @param <E> what waits
 */
public final class Mailbox<E> {

    private static final Logger log = LoggerFactory.getLogger(Mailbox.class);

    /** By which part of its limits a mailbox may be exceeded while somebody else holds the consuming end. */
    private static final int OVERSHOOT_PART = 8;

    private static final int OVERSHOOT_UPDATES = 64;
    private static final long OVERSHOOT_BYTES = 64L << 10;

    /** Room is made for so many parts of the limits at once: making it costs, and who needs it once needs it again. */
    private static final int ROOM_PARTS = 64;

    /** What may wait while the memory of all buffers is full. */
    private static final long BYTES_WHEN_FULL = 64L << 10;

    /** After how many elements an eager relief is offered what waits, at most, while that is more than half the limits. */
    private static final int GATHERED_MAX = 32;

    /** How often it is tried to get the consuming end by who may wait for it; others have it for microseconds. */
    private static final long LOOK_AGAIN_NANOS = 20_000;

    private final int updatesMax;
    private final long bytesMax;
    private final Contents<? super E> contents;
    private final Relief<E> relief;
    private final MemoryAccount account;
    private final int gatheredAtOnce;
    private final Runnable wakeup;
    private final Runnable attend;

    private final AtomicBoolean armed = new AtomicBoolean(true);

    /** Whether somebody has the consuming end. */
    private final AtomicBoolean held = new AtomicBoolean();

    private final AtomicReference<@Nullable GrpcStatus> end = new AtomicReference<>();

    /** Nothing is let in any more: it has ended, or it was full and its end is still to be told. */
    private volatile boolean shut;

    /** How scarce memory was when an element did not fit; null if that was never so. Written by that element's writer. */
    private volatile @Nullable MemoryPressure overran;

    /** Why its relief took no more. Written by the relief's mover. */
    private volatile @Nullable String overflowProblem;

    /** The lowest slot of what did not fit. Written by writers. */
    private final AtomicLong lowestRefused = new AtomicLong(Long.MAX_VALUE);

    /** What was dropped and is still to be told. */
    private final AtomicReference<Loss> untold = new AtomicReference<>(Loss.NOTHING);

    private final LongAdder dropped = new LongAdder();
    private final LongAdder conflated = new LongAdder();

    /** The lane opened last. Written by whoever opens one. */
    private final AtomicReference<Lane<E>> newest;

    /** Every lane ever made, for the totals. Written by the one who makes lanes. */
    private volatile Lanes<E> lanes;

    /** How many lanes were made. Only the one who makes lanes. */
    private long made;

    // The consuming end's.

    /** The lane being read. */
    private Lane<E> reading;

    /** Taken since the reader reported last. Reader only. */
    private long unreportedBytes;

    private final Relief.Source<E> source = new Relief.Source<>() {

        @Override
        public @Nullable E take() {
            return takeFromLanes();
        }

        @Override
        public void dropped(Loss loss) {
            if (loss.updates() > 0) {
                dropped.add(loss.updates());
                if (untold.getAndAccumulate(loss, Loss::and).updates() == 0) {
                    attend.run();
                }
            }
        }

        @Override
        public void conflated(long elements) {
            conflated.add(elements);
        }
    };

    private volatile boolean closed;

    /**
     * @param updatesMax how many elements may wait
     * @param bytesMax how many bytes may wait; an element larger than that still fits an empty mailbox
     * @param contents what to know of elements
     * @param relief what to do when it is full; for this mailbox alone
     * @param account where it tells how much waits
     * @param wakeup called on the thread of a writer, or of the one who ends the mailbox; must be quick
     * @param attend called on the writer's thread when an element did not fit, so that the mailbox takes in nothing any more
     *     and is to be {@linkplain #end ended}, and when the first element is dropped since {@link #takeLoss}; must be quick
     */
    public Mailbox(
            int updatesMax,
            long bytesMax,
            Contents<E> contents,
            Relief<E> relief,
            MemoryAccount account,
            Runnable wakeup,
            Runnable attend) {
        this.updatesMax = updatesMax;
        this.bytesMax = bytesMax;
        this.contents = contents;
        this.relief = relief;
        this.account = account;
        this.gatheredAtOnce = Math.clamp(updatesMax / 8, 1, GATHERED_MAX);
        this.wakeup = wakeup;
        this.attend = attend;
        relief.of(contents);
        relief.belongsTo(this);
        this.reading = new Lane<>(this, 0, 0);
        this.newest = new AtomicReference<>(reading);
        this.lanes = Lanes.startingWith(reading);
    }

    /**
     * A new lane, not yet open. One thread at a time makes lanes.
     *
     * @param place from 1: a lane is never followed by one of an earlier place, nor by an earlier one of its own place
     */
    public Lane<E> lane(long place) {
        Lane<E> lane = new Lane<>(this, place, ++made);
        lanes = lanes.with(lane);
        return lane;
    }

    /** The next element, or null if none waits, which arms the wakeup. Reader only. */
    public @Nullable E poll() {
        E element = next();
        if (element != null || closed) {
            return element;
        }
        armed.set(true);
        element = next();
        if (element != null) {
            armed.set(false);
        }
        return element;
    }

    /** Why nothing follows, or null while something waits or may come. Reader only, after {@link #poll} gave null. */
    public @Nullable GrpcStatus ended() {
        GrpcStatus status = end.get();
        if (status == null || waiting() > 0 || !hold()) {
            return null; // who has the consuming end wakes this reader
        }
        try {
            return waiting() > 0 ? null : end.get();
        } finally {
            release();
        }
    }

    /** Lets nothing in any more; what waits can still be read. The first status counts. Any thread. */
    public void end(GrpcStatus status) {
        if (end.compareAndSet(null, status)) {
            shut = true;
            wakeIfArmed();
        }
    }

    /** Ends with OK and forgets what waits. Idempotent; any thread. */
    public void close() {
        cut(GrpcStatus.OK);
    }

    /** Ends with that status, if it has not ended, and forgets what waits. Any thread. */
    public void cut(GrpcStatus status) {
        end.compareAndSet(null, status);
        shut = true;
        closed = true;
        relief.abandon();
        if (hold()) {
            try {
                forget();
            } finally {
                release();
            }
        } // else the reader is about to find out
        report();
        if (!status.isOk()) {
            wakeIfArmed();
        }
    }

    /** Whether nothing is let in any more. Any thread. */
    public boolean isShut() {
        return shut;
    }

    /** With what it has been ended, though something may still wait; null if it has not. Any thread. */
    public @Nullable GrpcStatus end() {
        return end.get();
    }

    /** Whether it has been told why nothing is let in any more. Any thread. */
    public boolean isEnded() {
        return end.get() != null;
    }

    /** How scarce memory was when an element did not fit; null if all did. Any thread. */
    public @Nullable MemoryPressure overran() {
        return overran;
    }

    /**
     * The lowest slot of what did not fit, from the first element that did not until the mailbox was ended; empty if all did,
     * or if none of it was content of a slot. Any thread.
     */
    public OptionalLong lowestRefusedSlot() {
        long slot = lowestRefused.get();
        return slot == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(slot);
    }

    /** What was dropped since this was asked last. Any thread. */
    public Loss takeLoss() {
        return untold.getAndSet(Loss.NOTHING);
    }

    /** Elements put in so far. Any thread. */
    public long updates() {
        return lanes.updates();
    }

    /** Bytes put in so far. Any thread. */
    public long bytes() {
        return lanes.bytes();
    }

    /** Elements that wait, in memory or outside. Any thread; exact when neither side moves. */
    public long waiting() {
        return closed ? 0 : lanes.waiting() + relief.waiting();
    }

    /** Bytes that wait, in memory or outside. Any thread; exact when neither side moves. */
    public long waitingBytes() {
        return closed ? 0 : lanes.waitingBytes() + relief.waitingBytes();
    }

    /** Elements of those that wait outside of memory. Any thread. */
    public long stored() {
        return closed ? 0 : relief.stored();
    }

    /** Their bytes. Any thread. */
    public long storedBytes() {
        return closed ? 0 : relief.storedBytes();
    }

    /** Elements that were dropped to make room. Any thread. */
    public long dropped() {
        return dropped.sum();
    }

    /** Elements that a later one made obsolete before they were read. Any thread. */
    public long conflated() {
        return conflated.sum();
    }

    /**
     * The slot of the element that is read next; empty if none waits, if it is no content of a slot, or if somebody takes elements
     * out at the moment. Any thread.
     */
    public OptionalLong oldestSlot() {
        if (!hold()) {
            return OptionalLong.empty();
        }
        long slot;
        try {
            E oldest = oldest();
            slot = oldest == null ? 0 : contents.contentSlot(oldest);
        } finally {
            release();
        }
        wakeIfArmed();
        return slot == 0 ? OptionalLong.empty() : OptionalLong.of(slot);
    }

    /** Tells how much waits, for the memory of all buffers. Any thread. */
    public void report() {
        account.report(this::held);
    }

    /** What it counts for in the memory of all buffers. Any thread. */
    public long held() {
        return closed
                ? 0
                : lanes.waitingBytes()
                        + relief.heldBytes()
                        + (lanes.waiting() + relief.held()) * MemoryBudget.ELEMENT_BYTES;
    }

    /** Why its relief takes no more; null while it does. Any thread. */
    public @Nullable String overflowProblem() {
        return overflowProblem;
    }

    // The consuming end.

    private boolean hold() {
        return held.compareAndSet(false, true);
    }

    private void release() {
        held.setRelease(false);
    }

    /** Does something at the consuming end, when nobody else is there. Not for writers or the reader: it waits. */
    void holding(Consumer<Relief.Source<E>> action) {
        while (!hold()) {
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
        try {
            action.accept(source);
        } finally {
            release();
        }
        wakeIfArmed();
    }

    /** Whether more waits in memory than half the limits. */
    boolean muchWaits() {
        return !admits(2 * (lanes.waiting() + relief.held()), 2 * (lanes.waitingBytes() + relief.heldBytes()));
    }

    private @Nullable E next() {
        if (!hold()) {
            return null; // who has it wakes this reader
        }
        E element;
        try {
            if (closed) {
                forget();
                return null;
            }
            element = relief.poll();
            if (element == null && relief.isTransparent()) {
                element = takeFromLanes();
            }
            unreportedBytes += element == null ? 0 : sizeOf(element) + MemoryBudget.ELEMENT_BYTES;
        } finally {
            release();
        }
        if (unreportedBytes >= (element == null ? 1 : MemoryAccount.REPORT_BYTES)) {
            unreportedBytes = 0;
            report();
        }
        return element;
    }

    private @Nullable E takeFromLanes() {
        while (true) {
            E element = reading.take();
            if (element != null) {
                return element;
            }
            Lane<E> follower = reading.follower();
            if (follower == null) {
                return null;
            }
            // What its writer added before the follower was opened may have come after the look above.
            element = reading.take();
            if (element != null) {
                return element;
            }
            reading.finish();
            reading = follower;
        }
    }

    private @Nullable E oldest() {
        E kept = relief.peek();
        if (kept != null || closed || !relief.isTransparent()) {
            return kept;
        }
        for (Lane<E> lane = reading; lane != null; lane = lane.follower()) {
            E element = lane.peek();
            if (element != null) {
                return element;
            }
        }
        return null;
    }

    private void forget() {
        relief.clear();
        while (takeFromLanes() != null) {
            // the lanes keep count
        }
    }

    // The writers' side.

    /** Has the relief take over what waits in the lanes. */
    void gather() {
        if (hold()) {
            try {
                relief.gather(source);
            } finally {
                release();
            }
        }
    }

    /**
     * Has the relief make room.
     *
     * @param updates how many wait
     * @param bytes their bytes, and those of one more
     * @return false if somebody else has the consuming end
     */
    boolean makeRoom(long updates, long bytes) {
        if (!relief.makesRoom()) {
            return true;
        }
        if (!hold()) {
            return false;
        }
        try {
            long updatesNow = updatesAdmitted();
            long bytesNow = bytesAdmitted();
            relief.free(
                    source,
                    Math.max(0, updates + 1 - updatesNow + updatesNow / ROOM_PARTS),
                    Math.max(0, bytes - bytesNow + bytesNow / ROOM_PARTS));
        } finally {
            release();
        }
        return true;
    }

    int updatesMax() {
        return updatesMax;
    }

    long bytesMax() {
        return bytesMax;
    }

    int gatheredAtOnce() {
        return gatheredAtOnce;
    }

    boolean isEager() {
        return relief.isEager();
    }

    /** Whether one more element may join so many. */
    boolean admits(long updates, long bytes) {
        return updates < updatesAdmitted() && bytes <= bytesAdmitted();
    }

    /** The same for a writer that could not make room because somebody else was at it. */
    boolean admitsBeyond(long updates, long bytes) {
        long updatesNow = updatesAdmitted();
        long bytesNow = bytesAdmitted();
        return updates < updatesNow + Math.max(OVERSHOOT_UPDATES, updatesNow / OVERSHOOT_PART)
                && bytes <= bytesNow + Math.max(OVERSHOOT_BYTES, bytesNow / OVERSHOOT_PART);
    }

    private long updatesAdmitted() {
        return account.pressure().isAtLeast(MemoryPressure.TIGHT) ? Math.max(1, updatesMax / 2) : updatesMax;
    }

    private long bytesAdmitted() {
        MemoryPressure pressure = account.pressure();
        if (pressure == MemoryPressure.FULL) {
            return Math.min(bytesMax, BYTES_WHEN_FULL);
        }
        return pressure.isAtLeast(MemoryPressure.TIGHT) ? bytesMax / 2 : bytesMax;
    }

    /** An element did not fit. On the thread of its writer. */
    void overran(E element) {
        MemoryPressure now = account.pressure();
        refused(element);
        overran = now;
        shut = true;
        attend.run();
        wakeIfArmed(); // it may have found the consuming end taken
    }

    /** Its relief takes no more: it takes in nothing any more. */
    void shutForOverflow(String problem) {
        overflowProblem = problem;
        if (overran == null) {
            overran = account.pressure();
        }
        shut = true;
        attend.run();
        wakeIfArmed();
    }

    /**
     * What its relief had is lost, so nothing that is newer may be read.
     *
     * @param lowestSlot the lowest slot of which something is lost; {@link Long#MAX_VALUE} if of none
     * @param late what it ends with if it has been told its end already, which then says too much
     */
    void lost(long lowestSlot, GrpcStatus late) {
        refusedFrom(lowestSlot);
        end.updateAndGet(told -> told == null || closed ? told : late);
    }

    /** An element came after one that did not fit, or after the end. On the thread of its writer. */
    void refused(E element) {
        if (end.get() == null) {
            refusedFrom(contents.contentSlot(element));
        }
    }

    private void refusedFrom(long slot) {
        if (slot != 0) {
            lowestRefused.accumulateAndGet(slot, Math::min);
        }
    }

    /** Makes this lane the last, unless it or a later one is. Its writer only. */
    boolean append(Lane<E> lane) {
        while (true) {
            Lane<E> last = newest.get();
            if (lane.isBehind(last)) {
                return false;
            }
            if (newest.compareAndSet(last, lane)) {
                last.follow(lane);
                // A later lane may have been opened, and written to, before the line above tied this one in.
                wakeIfArmed();
                return true;
            }
        }
    }

    Lane<E> newest() {
        return newest.get();
    }

    Lanes<E> lanes() {
        return lanes;
    }

    /** What waits in memory and is not that lane's. */
    long waitingBefore(Lane<E> own) {
        return lanes.waitingBefore(own) + relief.held();
    }

    /** Its bytes. */
    long waitingBytesBefore(Lane<E> own) {
        return lanes.waitingBytesBefore(own) + relief.heldBytes();
    }

    int sizeOf(E element) {
        return contents.size(element);
    }

    void wakeIfArmed() {
        VarHandle.fullFence();
        if (armed.get() && armed.compareAndSet(true, false)) {
            try {
                wakeup.run();
            } catch (RuntimeException broken) {
                log.error("The wakeup of a mailbox failed; its reader may sleep on", broken);
            }
        }
    }
}
