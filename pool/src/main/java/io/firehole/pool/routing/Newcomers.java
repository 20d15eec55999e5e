package io.firehole.pool.routing;

import io.firehole.wire.RawUpdate;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;

/**
 * How monitors come to a call to which others are on their way by a {@link Handover}: they get all that the call brings from
 * their beginning on, but not before those others are here.
 *
 * <p>So as long as the handover may fail, nobody is served by the new call: what the old one has delivered is all that has been
 * delivered, and from there everybody goes on.
 */
final class Newcomers implements Arrival {

    private final Handover others;

    // The call's event loop only.
    private final Set<Recipient> begun = new HashSet<>();
    private final HeldUpdates held = new HeldUpdates();

    /** There are no others any more. Written by the control thread. */
    private volatile boolean released;

    /** Written by the call's event loop. */
    private volatile boolean complete;

    Newcomers(Handover others) {
        this.others = others;
    }

    /** Nobody is on the way any more. Any thread. */
    void release() {
        released = true;
    }

    /** Whatever comes is this call's to deliver. */
    @Override
    public OptionalLong boundary() {
        return complete ? OptionalLong.of(0) : OptionalLong.empty();
    }

    @Override
    public boolean isComplete() {
        return complete;
    }

    @Override
    public boolean isLongOver() {
        return complete;
    }

    @Override
    public long heldBytes() {
        return held.countedBytes();
    }

    @Override
    public boolean arrives(Recipient recipient) {
        if (!complete) {
            begun.add(recipient);
        }
        return complete;
    }

    @Override
    public boolean admits(Recipient recipient, RawUpdate update, byte[] head, byte[] tail, int offset, int length) {
        if (complete) {
            return true;
        }
        held.add(recipient, update, head, tail, offset, length);
        if (held.isFull()) {
            others.force();
        }
        return false;
    }

    @Override
    public boolean completeIfReleased(Checkpoint checkpoint) {
        if (complete || !isDue()) {
            return false;
        }
        begun.forEach(Recipient::begin);
        for (HeldUpdates.Held update : held.release()) {
            Recipient recipient = update.recipient();
            if (recipient != null && !recipient.isOver()) {
                recipient.deliver(
                        update.head(), update.tail(), update.tailOffset(), update.tailLength(), update.receivedNanos());
            }
        }
        begun.clear();
        complete = true;
        return true;
    }

    private boolean isDue() {
        return released || others.isBeyond() || (held.isFull() && others.isComplete());
    }

    @Override
    public void newHasWholeFrom(OptionalLong slot) {}

    @Override
    public void newSees(RawUpdate update) {}

    @Override
    public boolean newAdvanced(SlotTrack seen, boolean sealed) {
        return false;
    }
}
