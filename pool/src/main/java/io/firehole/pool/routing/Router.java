package io.firehole.pool.routing;

import io.firehole.pool.time.NanoClock;
import io.firehole.wire.MalformedUpdateException;
import io.firehole.wire.RawUpdate;
import io.firehole.wire.UpdateKind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes in the updates of one call: reads the head, keeps the heartbeat, notices which request is in effect, and hands
 * data on. Event loop only, but for what says otherwise.
 */
public abstract sealed class Router permits LabelRouter, VerbatimRouter {

    private static final Logger log = LoggerFactory.getLogger(Router.class);

    private final NanoClock clock;
    private final Events events;
    private final CallCounts counts = new CallCounts();
    private final SlotTrack slots;
    private volatile int requestInEffect;

    /**
     * @param clock for the heartbeat
     * @param events whom to tell
     */
    Router(NanoClock clock, Events events) {
        this.clock = clock;
        this.events = events;
        this.slots = new SlotTrack(clock.nanos());
    }

    /** Whom a router tells; on the event loop, so nothing here may block. */
    public interface Events {

        /** A later request than before is in effect, or a term has found its first whole slot. */
        void progressed();

        /** The provider sent a ping. */
        void pinged();
    }

    /** Takes one message as it arrived. Never throws. */
    public final void route(byte[] message) {
        counts.received(message.length);
        RawUpdate update;
        try {
            update = RawUpdate.parse(message);
        } catch (MalformedUpdateException malformed) {
            counts.wasMalformed();
            if (counts.malformed() == 1) {
                log.warn("The provider sent a message that is no update: {}", malformed.getMessage());
            }
            return;
        }
        if (update.kind() == UpdateKind.PING) {
            events.pinged();
        } else if (update.kind() != UpdateKind.PONG) {
            route(update);
        }
    }

    abstract void route(RawUpdate update);

    /** The number of the latest request known to be in effect; 0 before the first. Any thread. */
    public final int requestInEffect() {
        return requestInEffect;
    }

    /** What came in. Any thread. */
    public final CallCounts counts() {
        return counts;
    }

    /** What it showed of the chain. Any thread. */
    public final SlotTrack slots() {
        return slots;
    }

    /** Notes a status that came under the internal slots label. */
    final void slotSeen(RawUpdate update) {
        if (update.kind() == UpdateKind.SLOT) {
            slots.seen(update.slot(), update.status(), clock.nanos());
        }
    }

    /** Notes a block meta that came under the internal label. */
    final void sealSeen(RawUpdate update) {
        if (update.kind() == UpdateKind.BLOCK_META) {
            slots.sealed(update.slot(), clock.nanos());
        }
    }

    /** Notes that a request is in effect; false if that was known. */
    final boolean inEffect(int request) {
        if (request <= requestInEffect) {
            return false;
        }
        requestInEffect = request;
        return true;
    }

    final void tellProgress() {
        events.progressed();
    }
}
