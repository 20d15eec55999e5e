package io.firehole.pool.routing;

import io.firehole.wire.RawUpdate;
import io.firehole.wire.UpdateKind;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A monitor as a call sees it. Made on the control thread, then used by that call's router only, on its event loop.
 */
public abstract class Recipient {

    static final byte[] NO_NAMES = {};

    /** Scratch of the router: in which turn the names below were gathered. */
    long turn;

    /** Scratch of the router: the names gathered for the update at hand. */
    byte[] names = NO_NAMES;

    /** By which its monitor came from another call; null if it did not. */
    private final @Nullable Arrival origin;

    /** By which its monitor comes from another call; null if it does not, or if that is long over. Event loop only. */
    private @Nullable Arrival arrival;

    /** By which its monitor leaves for another call; null if it does not. Event loop only. */
    private @Nullable Handover departure;

    /** The first slot of which its monitor is to get content by this call, and the first of which statuses. */
    private long contentFrom;

    private long statusesFrom;

    /** One that comes from nowhere. */
    protected Recipient() {
        this(null);
    }

    /** @param arrival by which its monitor comes from another call; null if it does not */
    protected Recipient(@Nullable Arrival arrival) {
        this.origin = arrival;
        this.arrival = arrival;
    }

    /** It is served from now on. */
    final void start() {
        // Another router, which counts its turns anew, may have used it before.
        turn = 0;
        if (arrival == null || arrival.arrives(this)) {
            begin();
        }
    }

    /** Takes one update, unless that was another call's to deliver; now, or when it is known whose it was. */
    final void take(RawUpdate update, byte[] head, byte[] tail, int tailOffset, int tailLength) {
        if ((departure != null && !departure.isOlds()) || isTooEarly(update)) {
            return;
        }
        Arrival coming = arrival;
        if (coming == null || coming.admits(this, update, head, tail, tailOffset, tailLength)) {
            deliver(head, tail, tailOffset, tailLength, update.receivedNanos());
            if (coming != null && coming.isLongOver()) {
                arrival = null;
            }
        }
    }

    private boolean isTooEarly(RawUpdate update) {
        return update.slot() < (update.kind() == UpdateKind.SLOT ? statusesFrom : contentFrom);
    }

    /** What is of earlier slots is not for its monitor. Control thread, before the call begins. */
    public final void owedFrom(long content, long statuses) {
        contentFrom = content;
        statusesFrom = statuses;
    }

    /** From now on it gets only what is still this call's to deliver. */
    final void leaves(Handover handover) {
        departure = handover;
    }

    /** It does not leave by that handover any more; by another one it may. */
    final void staysBehind(Handover handover) {
        if (departure == handover) {
            departure = null;
        }
    }

    /** Its call has that slot and those after it whole. */
    final void hasWholeFrom(OptionalLong slot) {
        if (arrival != null) {
            arrival.newHasWholeFrom(slot);
        }
    }

    /**
     * From which slot on its monitor gets everything, where its call has everything from that slot on: not before the
     * boundary if it comes from another call, which asks what it asked before. Control thread.
     *
     * @param wholeFrom empty if that is not known
     * @return empty if one of the two is not known
     */
    public final OptionalLong servedFrom(OptionalLong wholeFrom) {
        if (origin == null || wholeFrom.isEmpty()) {
            return wholeFrom;
        }
        OptionalLong passed = origin.wholeFrom();
        return passed.isEmpty() ? passed : OptionalLong.of(Math.max(wholeFrom.getAsLong(), passed.getAsLong()));
    }

    /** Whether nothing that comes can have been another call's. Any thread. */
    public final boolean isSettled() {
        return origin == null || origin.isLongOver();
    }

    /** The id of its monitor, for what is told of it; empty if nobody is to be told. */
    protected String monitor() {
        return "";
    }

    /** The first of its updates may come now: what other calls still bring for this monitor is over. Idempotent. */
    protected abstract void begin();

    /** Whether another call has begun to serve this monitor since. */
    protected abstract boolean isOver();

    /**
     * Takes one update. The arrays are shared: never write to them.
     *
     * @param head the encoded names; empty if the tail has them
     * @param receivedNanos when it came from the provider
     */
    protected abstract void deliver(byte[] head, byte[] tail, int tailOffset, int tailLength, long receivedNanos);

    /** Its call is over for this monitor: it is not used again. Control thread. */
    public abstract void abandon();

    /** Whether that has been said. Any thread. */
    protected abstract boolean isAbandoned();
}
