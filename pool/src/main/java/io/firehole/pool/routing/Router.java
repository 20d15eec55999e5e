package io.firehole.pool.routing;

import io.firehole.pool.time.NanoClock;
import io.firehole.wire.MalformedUpdateException;
import io.firehole.wire.RawUpdate;
import io.firehole.wire.UpdateKind;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
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

    /** By which everybody leaves for another call. Written by the control thread. */
    private volatile @Nullable Handover departure;

    /** The departure that the event loop has taken note of. */
    private @Nullable Handover departing;

    /** By which some have come from another call. Set before the call begins. */
    private @Nullable Handover arrival;

    /** Where transactions are kept for whoever asks later. Set before the call begins. */
    private RecentTransactions recent = new RecentTransactions(0);

    private OptionalLong firstWholeSlot = OptionalLong.empty();
    private boolean sealed;

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
            if (arrival != null && arrival.completeIfReleased()) {
                tellProgress();
            }
            if (update.kind() == UpdateKind.TRANSACTION) {
                recent.received(message);
            }
            sealed = false;
            route(update);
            if (departing != null) {
                departing.oldAdvanced(slots);
            }
            if (arrival != null && arrival.newAdvanced(slots, firstWholeSlot, sealed)) {
                tellProgress();
            }
        }
    }

    /** Keeps the transactions that come there. Before the first update. */
    public final void remember(RecentTransactions memory) {
        recent = memory;
    }

    /** Everybody on the call leaves for another one, by that handover. Control thread. */
    public final void depart(Handover handover) {
        departure = handover;
    }

    /** Those whose recipients say so come from another call, by that handover. Before the first update. */
    public final void arrive(Handover handover) {
        arrival = handover;
    }

    /** Whether an update is this call's to deliver: with a departure going on it may be another's already. */
    final boolean isOurs(RawUpdate update) {
        Handover newest = departure;
        if (newest != departing && newest != null) {
            departing = newest;
            newest.departs(slots);
        }
        return newest == null || newest.isOld(update);
    }

    /** A term has found the first slot that its call has whole. */
    final void foundWholeSlot(Term term) {
        if (firstWholeSlot.isEmpty()) {
            firstWholeSlot = term.firstWholeSlot();
        }
        tellProgress();
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
            sealed = true;
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
