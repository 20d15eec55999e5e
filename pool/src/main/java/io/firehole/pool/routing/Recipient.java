package io.firehole.pool.routing;

import io.firehole.wire.RawUpdate;
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

    /** By which its monitor comes from another call; null if it does not. */
    private final @Nullable Handover arrival;

    /** One that comes from nowhere. */
    protected Recipient() {
        this(null);
    }

    /** @param arrival by which its monitor comes from another call; null if it does not */
    protected Recipient(@Nullable Handover arrival) {
        this.arrival = arrival;
    }

    /** It is served from now on. */
    final void start() {
        if (arrival == null || arrival.arrives(this)) {
            begin();
        }
    }

    /** Takes one update, unless that was another call's to deliver; now, or when it is known whose it was. */
    final void take(RawUpdate update, byte[] head, byte[] tail, int tailOffset, int tailLength) {
        if (arrival == null || arrival.admits(this, update, head, tail, tailOffset, tailLength)) {
            deliver(head, tail, tailOffset, tailLength);
        }
    }

    /** The first of its updates may come now: what other calls still bring for this monitor is over. Idempotent. */
    protected abstract void begin();

    /** Whether another call has begun to serve this monitor since. */
    protected abstract boolean isOver();

    /**
     * Takes one update. The arrays are shared: never write to them.
     *
     * @param head the encoded names; empty if the tail has them
     */
    protected abstract void deliver(byte[] head, byte[] tail, int tailOffset, int tailLength);

    /** Its call is over for this monitor: it is not used again. Control thread. */
    public abstract void abandon();
}
