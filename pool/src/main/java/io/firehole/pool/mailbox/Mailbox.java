package io.firehole.pool.mailbox;

import io.firehole.wire.GrpcStatus;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToIntFunction;
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
 * @param <E> what waits
 */
public final class Mailbox<E> {

    private static final Logger log = LoggerFactory.getLogger(Mailbox.class);

    private final int updatesMax;
    private final long bytesMax;
    private final ToIntFunction<? super E> sizeOf;
    private final Runnable wakeup;
    private final Runnable overrun;

    private final AtomicBoolean armed = new AtomicBoolean(true);
    private final AtomicReference<@Nullable GrpcStatus> end = new AtomicReference<>();

    /** The lane opened last. Written by whoever opens one. */
    private final AtomicReference<Lane<E>> newest;

    /** Every lane ever made, for the totals. Written by the one who makes lanes. */
    private volatile Lanes<E> lanes;

    /** How many lanes were made. Only the one who makes lanes. */
    private long made;

    /** The lane being read. Reader only. */
    private Lane<E> reading;

    private volatile boolean closed;

    /**
     * @param updatesMax how many elements may wait
     * @param bytesMax how many bytes may wait; an element larger than that still fits an empty mailbox
     * @param sizeOf the bytes of an element, always the same for the same one
     * @param wakeup called on the thread of a writer, or of the one who ends the mailbox; must be quick
     * @param overrun called on the writer's thread when an element did not fit and the mailbox has ended for that
     */
    public Mailbox(int updatesMax, long bytesMax, ToIntFunction<? super E> sizeOf, Runnable wakeup, Runnable overrun) {
        this.updatesMax = updatesMax;
        this.bytesMax = bytesMax;
        this.sizeOf = sizeOf;
        this.wakeup = wakeup;
        this.overrun = overrun;
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
        return status == null || (!closed && somethingWaits()) ? null : status;
    }

    /** Lets nothing in any more; what waits can still be read. The first status counts. Any thread. */
    public void end(GrpcStatus status) {
        if (end.compareAndSet(null, status)) {
            wakeIfArmed();
        }
    }

    /** Ends with OK and forgets what waits. Idempotent; any thread. */
    public void close() {
        closed = true;
        end.compareAndSet(null, GrpcStatus.OK);
    }

    /** Whether nothing is let in any more. Any thread. */
    public boolean isEnded() {
        return end.get() != null;
    }

    /** Elements put in so far. Any thread. */
    public long updates() {
        return lanes.updates();
    }

    /** Bytes put in so far. Any thread. */
    public long bytes() {
        return lanes.bytes();
    }

    /** Elements that wait. Any thread; exact when neither side moves. */
    public long waiting() {
        return closed ? 0 : lanes.waiting();
    }

    /** Bytes that wait. Any thread; exact when neither side moves. */
    public long waitingBytes() {
        return closed ? 0 : lanes.waitingBytes();
    }

    private @Nullable E next() {
        if (closed) {
            return null;
        }
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

    private boolean somethingWaits() {
        return !reading.isEmpty() || reading.follower() != null;
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

    int updatesMax() {
        return updatesMax;
    }

    long bytesMax() {
        return bytesMax;
    }

    int sizeOf(E element) {
        return sizeOf.applyAsInt(element);
    }

    void overran(GrpcStatus status) {
        if (end.compareAndSet(null, status)) {
            wakeIfArmed();
            overrun.run();
        }
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
