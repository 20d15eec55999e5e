package io.firehole.pool.mailbox;

import io.firehole.wire.GrpcStatus;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * While more waits than half the limits, the newer part of it waits in an {@link Overflow}.
 *
 * <p>Elements go from the lanes into the overflow, and from there to the front, where the reader takes them. Only the mover
 * takes elements out of the lanes and out of the overflow then, so their order stays. When the overflow is empty the reader
 * goes on with the front and then with the lanes. The mover's turns are run by an executor, since they block; writers and
 * reader only ask for one, and do not wait for it: when it does not get on, the mailbox becomes full.
 *
 * <p>When the overflow takes nothing any more, the mailbox is shut. What waits then, wherever, is still read, in order. When
 * it does not give back what it has, that is lost, and nothing that is newer is read.
 *
 * <p>An element is counted from before it leaves the lanes until the reader has it, so that a mailbox never looks empty
 * while something is being moved.
 */
final class Spill<E> extends Relief<E> {

    private static final Logger log = LoggerFactory.getLogger(Spill.class);

    /** What is moved at a time, at most, and no more than {@link #MOVED_PART}. */
    private static final long MOVED_BYTES = 256 << 10;

    private static final int MOVED_MAX = 1_024;

    /** Which part of the limits is moved at a time. The front is filled up again when it has less than half of that. */
    private static final int MOVED_PART = 4;

    private final Overflow<E> overflow;
    private final Executor executor;

    /** Whether a turn of the mover is to come or under way, and what was asked since is looked after. */
    private final AtomicBoolean due = new AtomicBoolean();

    private final AtomicBoolean wanted = new AtomicBoolean();

    private final AtomicLong updates = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private volatile boolean closed;

    /** Of what is in the overflow. Mover only. */
    private final SpilledSlots slots = new SpilledSlots();

    // The consuming end's.

    private final Deque<E> front = new ArrayDeque<>();

    /** What the overflow did not take, newer than all that is in it. */
    private final Deque<E> rest = new ArrayDeque<>();

    private long frontBytes;

    /** Whether there is something between the front and the lanes. */
    private boolean spilling;

    /** The overflow is not to be used any more than to read what it has. */
    private boolean failed;

    /** Where to take what comes after a loss, to forget it. */
    private @Nullable Source<E> forgotten;

    private @Nullable Mailbox<E> mailbox;

    Spill(Overflow<E> overflow, Executor executor) {
        this.overflow = overflow;
        this.executor = executor;
    }

    @Override
    void belongsTo(Mailbox<E> owner) {
        mailbox = owner;
    }

    @Override
    boolean isEager() {
        return true;
    }

    @Override
    void gather(Source<E> lanes) {
        if (!failed) {
            move();
        }
    }

    @Override
    void free(Source<E> lanes, long updatesToFree, long bytesToFree) {
        // then the overflow is too slow
    }

    @Override
    @Nullable
    E poll() {
        E next = front.poll();
        if (next != null) {
            frontBytes -= contents().size(next);
        } else if (forgotten != null) {
            forgetAll(forgotten);
        } else if (!spilling) {
            next = rest.poll();
        }
        if (next != null) {
            updates.decrementAndGet();
            bytes.addAndGet(-contents().size(next));
        }
        if (needsMore()) {
            move();
        }
        return next;
    }

    @Override
    @Nullable
    E peek() {
        E next = front.peek();
        return next != null || spilling ? next : rest.peek();
    }

    @Override
    boolean isTransparent() {
        return !spilling && forgotten == null;
    }

    @Override
    void abandon() {
        closed = true;
        move();
    }

    @Override
    void clear() {
        front.clear();
        rest.clear();
        frontBytes = 0;
        spilling = false;
    }

    @Override
    long waiting() {
        return updates.get();
    }

    @Override
    long waitingBytes() {
        return bytes.get();
    }

    @Override
    long stored() {
        return closed ? 0 : overflow.waiting();
    }

    @Override
    long storedBytes() {
        return closed ? 0 : overflow.waitingBytes();
    }

    /** Whether the reader will soon need what is in the overflow. */
    private boolean needsMore() {
        Mailbox<E> owner = mailbox;
        return spilling && owner != null && front.size() <= movedMax(owner) / 2 && frontBytes <= movedBytes(owner) / 2;
    }

    private static <E> int movedMax(Mailbox<E> owner) {
        return Math.clamp(owner.updatesMax() / MOVED_PART, 1, MOVED_MAX);
    }

    private static <E> long movedBytes(Mailbox<E> owner) {
        return Math.clamp(owner.bytesMax() / MOVED_PART, 1, MOVED_BYTES);
    }

    // The mover.

    /** Asks for a turn. Any thread. */
    private void move() {
        wanted.set(true);
        if (due.compareAndSet(false, true)) {
            try {
                executor.execute(this::turn);
            } catch (RejectedExecutionException refused) {
                due.set(false);
                log.error("Nobody moves what waits for a slow monitor; its mailbox will be full", refused);
            }
        }
    }

    /** Moves something in and something out, and then lets others have their turn. */
    private void turn() {
        wanted.set(false);
        Mailbox<E> owner = mailbox;
        boolean more = false;
        try {
            if (owner == null || closed) {
                overflow.close();
            } else {
                more = store(owner);
                more |= bringToTheFront(owner);
            }
        } catch (RuntimeException broken) {
            log.error("What waits for a slow monitor could not be moved", broken);
            if (owner != null) {
                loseAll(owner, "it cannot be moved");
            }
        }
        due.set(false);
        if (more || wanted.get()) {
            move();
        }
    }

    /** Moves what waits in the lanes into the overflow; false if there is no reason to. */
    private boolean store(Mailbox<E> owner) {
        List<E> moved = new ArrayList<>();
        owner.holding(lanes -> {
            if (failed || closed || !owner.muchWaits()) {
                return;
            }
            takeFrom(lanes, movedMax(owner), movedBytes(owner), moved);
            spilling |= !moved.isEmpty();
        });
        if (moved.isEmpty()) {
            return false;
        }
        try {
            overflow.append(moved);
            slots.added(moved, contents());
            return true;
        } catch (IOException full) {
            log.debug("A slow monitor's updates cannot be put aside: {}", full.getMessage());
            owner.holding(lanes -> {
                failed = true;
                rest.addAll(moved);
                spilling = overflow.waiting() > 0;
            });
            owner.shutForOverflow(String.valueOf(full.getMessage()));
            return false;
        }
    }

    private void takeFrom(Source<E> lanes, int updatesMax, long bytesMax, List<E> into) {
        long size = 0;
        while (into.size() < updatesMax && size < bytesMax) {
            updates.incrementAndGet();
            E next = lanes.take();
            if (next == null) {
                updates.decrementAndGet();
                return;
            }
            size += contents().size(next);
            bytes.addAndGet(contents().size(next));
            into.add(next);
        }
    }

    /** Moves what is in the overflow to the front if the reader needs it; false if it does not, or if there is nothing. */
    private boolean bringToTheFront(Mailbox<E> owner) {
        boolean[] needed = new boolean[1];
        owner.holding(lanes -> needed[0] = needsMore());
        if (!needed[0]) {
            return false;
        }
        List<E> oldest;
        try {
            oldest = overflow.take(movedMax(owner), movedBytes(owner));
        } catch (IOException unreadable) {
            log.error("What was put aside for a slow monitor cannot be read; it is lost: {}", unreadable.toString());
            loseAll(owner, String.valueOf(unreadable.getMessage()));
            return false;
        }
        slots.removed(oldest.size());
        owner.holding(lanes -> {
            if (closed) {
                return;
            }
            for (E element : oldest) {
                front.add(element);
                frontBytes += contents().size(element);
            }
            spilling = overflow.waiting() > 0;
        });
        return !oldest.isEmpty();
    }

    /** What is neither in the front nor read is lost, and ends the mailbox. */
    private void loseAll(Mailbox<E> owner, String why) {
        long lowest = slots.lowest();
        String problem = "what waited on disk for this monitor cannot be read back: " + why;
        owner.lost(
                lowest,
                GrpcStatus.Code.RESOURCE_EXHAUSTED.with(
                        "lagged: " + problem + "; last complete slot unknown, but below "
                                + (lowest == SpilledSlots.NONE ? "what came last" : String.valueOf(lowest))));
        overflow.close();
        owner.holding(lanes -> {
            failed = true;
            spilling = false;
            for (E element : rest) {
                owner.refused(element);
            }
            rest.clear();
            updates.set(front.size());
            bytes.set(frontBytes);
            forgotten = lanes;
            forgetAll(lanes);
        });
        owner.shutForOverflow(problem);
    }

    private void forgetAll(Source<E> lanes) {
        Mailbox<E> owner = mailbox;
        for (E next = lanes.take(); next != null; next = lanes.take()) {
            if (owner != null) {
                owner.refused(next);
            }
        }
    }
}
