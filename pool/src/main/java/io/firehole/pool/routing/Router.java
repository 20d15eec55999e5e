package io.firehole.pool.routing;

import io.firehole.pool.buffer.Recording;
import io.firehole.pool.time.NanoClock;
import io.firehole.wire.MalformedUpdateException;
import io.firehole.wire.RawUpdate;
import io.firehole.wire.UpdateKind;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
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

    /** Who leaves for other calls, and by which handover. Written by the control thread, each time as a whole. */
    private volatile Departures departures = Departures.NONE;

    /** The departures that the event loop has taken note of. */
    private Departures departing = Departures.NONE;

    /** How some come to it. Written by the control thread, each time as a whole. */
    private volatile Arrival[] arrivals = {};

    /** Where is kept what is wrong with messages that are no update. Set before the call begins. */
    private UnroutableMessages unroutable = new UnroutableMessages();

    /** Where transactions are kept for whoever asks later. Set before the call begins. */
    private RecentTransactions recent = new RecentTransactions(0);

    /** Measures how old updates are; null where nobody wants to know. Set before the call begins. */
    private @Nullable ProviderDelay delay;

    /** Where what comes is kept for those who come back; null if nowhere. Set before the call begins. */
    private @Nullable Recording recording;

    /** What the call has delivered; that of the calls before for a replay. */
    private final Checkpoint checkpoint = new Checkpoint();

    /** Lets through what is missing; null if the call is no replay. */
    private final @Nullable ReplayGate gate;

    private boolean sealed;

    /** What is still to be told of messages that could not be read, gathered. */
    private final AtomicReference<@Nullable LostMessage> lost = new AtomicReference<>();

    /**
     * @param gate if the call is a replay
     * @param clock for the heartbeat
     * @param events whom to tell
     */
    Router(NanoClock clock, Events events, @Nullable ReplayGate gate) {
        this.gate = gate;
        this.clock = clock;
        this.events = events;
        this.slots = new SlotTrack(clock.nanos());
    }

    /** Who leaves by which handover. */
    private record Departure(Handover handover, List<Recipient> recipients) {

        private Departure {
            recipients = List.copyOf(recipients);
        }
    }

    /** All who leave. Immutable. */
    private static final class Departures {

        private static final Departures NONE = new Departures(Stream.empty());

        private final Departure[] each;

        private Departures(Stream<Departure> each) {
            this.each = each.toArray(Departure[]::new);
        }

        private Departures with(Departure one) {
            return new Departures(Stream.concat(Arrays.stream(each), Stream.of(one)));
        }

        private Departures without(Handover handover) {
            return new Departures(Arrays.stream(each).filter(one -> one.handover() != handover));
        }
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
            update = RawUpdate.parse(message, clock.nanos());
        } catch (MalformedUpdateException malformed) {
            unreadable(message, String.valueOf(malformed.getMessage()));
            return;
        }
        if (update.kind() == UpdateKind.PING) {
            events.pinged();
        } else if (update.kind() != UpdateKind.PONG) {
            if (departures != departing) {
                noteDepartures();
            }
            for (Departure leaving : departing.each) {
                leaving.handover().oldSees(update);
            }
            for (Arrival coming : arrivals) {
                if (coming.completeIfReleased(checkpoint)) {
                    tellProgress();
                }
                coming.newSees(update);
            }
            if (update.kind() == UpdateKind.TRANSACTION) {
                recent.received(message);
            }
            if (delay != null) {
                delay.came(update);
            }
            sealed = false;
            int before = requestInEffect;
            if (gate == null || gate.admits(update)) {
                route(update);
            }
            keep(update);
            Recording kept = recording;
            if (kept != null) {
                kept.received(message, update, before, requestInEffect, sealed);
            }
            slots.contentSeen(update);
            for (Departure leaving : departing.each) {
                leaving.handover().oldAdvanced(slots);
            }
            // Looked at anew: who came with the table that was taken up just now is to miss no seal.
            for (Arrival coming : arrivals) {
                if (coming.newAdvanced(slots, sealed)) {
                    tellProgress();
                }
            }
        }
    }

    /**
     * A message cannot be read: nobody gets it, and those who were to get everything of its slot are told so. Where it comes
     * before any slot of which that is so, a replay has it, or nobody is owed it. A replay ends there.
     */
    private void unreadable(byte[] message, String why) {
        noteMalformed(message, why);
        if (gate != null) {
            gate.breakOff(why);
            tellProgress();
            return;
        }
        Set<String> monitors = new LinkedHashSet<>();
        concernedBy(message, newestSlot(), monitors);
        long sealedTo = slots.lastSealed().orElse(slots.first().orElse(0) - 1);
        long content = slots.highestContent();
        noteLost(new LostMessage(
                monitors,
                sealedTo + 1,
                newestSlot(),
                content > sealedTo ? OptionalLong.of(content) : OptionalLong.empty(),
                why));
    }

    /** For whom an update is cannot be found out: those for whom it can have been lose it, and its slot is known. */
    final void unmatched(RawUpdate update, Set<String> monitors) {
        String why = "its payload cannot be read, and so not be matched";
        noteMalformed(update.buffer(), why);
        // A number that no slot has must not be one of a gap.
        long slot = Math.max(0, update.slot());
        noteLost(new LostMessage(monitors, slot, slot, OptionalLong.of(slot), why));
    }

    /** Whether it is a replay. */
    final boolean isReplay() {
        return gate != null;
    }

    private void noteLost(LostMessage one) {
        if (!one.monitors().isEmpty()) {
            lost.accumulateAndGet(one, (before, now) -> before == null ? now : before.and(now));
            tellProgress();
        }
    }

    private void noteMalformed(byte[] message, String why) {
        counts.wasMalformed();
        unroutable.add(new UnroutableMessages.Message(clock.nanos(), message.length, why));
        if (counts.malformed() == 1) {
            log.warn("The provider sent a message that is no update: {}", why);
        }
    }

    /** The newest slot of which anything was seen. */
    final long newestSlot() {
        return Math.max(slots.highestOrZero(), slots.highestContent());
    }

    /**
     * For whom a message is of which no more than the beginning can be read.
     *
     * @param newestSlot the newest slot of which it can be
     * @param monitors receives their ids
     */
    abstract void concernedBy(byte[] message, long newestSlot, Set<String> monitors);

    /** Whether {@link #takeLost} has something. Any thread. */
    public final boolean hasLost() {
        return lost.get() != null;
    }

    /** What was lost with messages that could not be read, since it was asked last. Control thread. */
    public final Optional<LostMessage> takeLost() {
        return Optional.ofNullable(lost.getAndSet(null));
    }

    /** Keeps in mind how far the call has come. */
    private void keep(RawUpdate update) {
        if (gate != null) {
            if (gate.advanced(update)) {
                tellProgress();
            }
            return;
        }
        checkpoint.delivered(update);
        if (sealed) {
            checkpoint.sealed(update.slot());
        }
    }

    /**
     * Whether a block is to be delivered for a filter; it is taken for delivered then.
     *
     * @param filter stands for the filter on all calls alike
     */
    final boolean admitsBlock(RawUpdate block, long filter) {
        if (gate != null) {
            return gate.admitsBlock(block, filter);
        }
        checkpoint.addBlock(block, filter);
        return true;
    }

    /** How far it has come. The event loop, or any thread when the call is over. */
    public final Checkpoint checkpoint() {
        return checkpoint;
    }

    /** Notes there which messages cannot be read. Before the first update. */
    public final void report(UnroutableMessages messages) {
        unroutable = messages;
    }

    /** Keeps the transactions that come there. Before the first update. */
    public final void remember(RecentTransactions memory) {
        recent = memory;
    }

    /** Has that look how old updates are when they come. Before the first update. */
    public final void measure(ProviderDelay measured) {
        delay = measured;
    }

    /** Keeps all that comes there. Before the first update. */
    public final void record(Recording begun) {
        recording = begun;
    }

    /**
     * These recipients leave for another call, by that handover; whoever else is on the call stays. A recipient leaves by
     * one handover at a time. Control thread.
     */
    public final void depart(Handover handover, List<Recipient> leaving) {
        handover.leaves(slots);
        departures = departures.with(new Departure(handover, leaving));
    }

    /** Nobody leaves by that handover any more: it is over, or has been cancelled. Control thread. */
    public final void forgetDeparture(Handover handover) {
        departures = departures.without(handover);
    }

    /**
     * Those whose recipients say so come to the call in that way. Before their terms are in the table. Control thread.
     */
    public final void arrive(Arrival arrival) {
        arrivals = Stream.concat(Arrays.stream(arrivals), Stream.of(arrival)).toArray(Arrival[]::new);
    }

    /** What is held back for those who come, as it counts in the memory of all buffers. Any thread. */
    public final long heldBytes() {
        long sum = 0;
        for (Arrival coming : arrivals) {
            sum += coming.heldBytes();
        }
        return sum;
    }

    /** Nobody comes in that way any more. Control thread. */
    public final void forgetArrival(Arrival arrival) {
        arrivals = Arrays.stream(arrivals).filter(coming -> coming != arrival).toArray(Arrival[]::new);
    }

    private void noteDepartures() {
        Departures before = departing;
        departing = departures;
        for (Departure over : before.each) {
            over.recipients().forEach(recipient -> recipient.staysBehind(over.handover()));
        }
        for (Departure leaving : departing.each) {
            leaving.handover().departs(checkpoint);
            leaving.recipients().forEach(recipient -> recipient.leaves(leaving.handover()));
        }
    }

    /** A term has found the first slot that its call has whole. */
    final void foundWholeSlot(Term term) {
        term.recipient().hasWholeFrom(term.firstWholeSlot());
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
            switch (update.status()) {
                case SLOT_CREATED_BANK -> checkpoint.begins(update.slot());
                case SLOT_DEAD -> checkpoint.dead(update.slot());
                default -> {}
            }
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
