package io.firehole.pool.routing;

import io.firehole.wire.RawUpdate;
import java.util.OptionalLong;

/**
 * How monitors come to a call that is not to deliver to them at once, since something that belongs before is still on its
 * way by another call.
 */
public sealed interface Arrival permits Handover, CatchUp, Newcomers {

    /** The first slot that is this call's to deliver; empty while that is not settled. Any thread. */
    OptionalLong boundary();

    /**
     * From which slot on the call has delivered everything, the first status included; empty while that is not known. Any
     * thread.
     */
    default OptionalLong wholeFrom() {
        return boundary();
    }

    /** Whether the call delivers. Any thread. */
    boolean isComplete();

    /** Whether nothing that comes can have been another call's any more. Any thread. */
    boolean isLongOver();

    /** What is held back, as it counts in the memory of all buffers. Any thread. */
    long heldBytes();

    /** A recipient of the call is served from now on; whether it may take updates at once. The call's event loop. */
    boolean arrives(Recipient recipient);

    /** Whether an update is the call's to deliver now; if it is not yet known, it is held back. The call's event loop. */
    boolean admits(Recipient recipient, RawUpdate update, byte[] head, byte[] tail, int offset, int length);

    /** The call has that slot and those after it whole, for one of those who come. The call's event loop. */
    void newHasWholeFrom(OptionalLong slot);

    /** The call is about to deal with an update. The call's event loop. */
    void newSees(RawUpdate update);

    /**
     * Delivers what was held back, if it may be now. The call's event loop, before it deals with an update.
     *
     * @param checkpoint the call's own
     * @return whether that was done now
     */
    boolean completeIfReleased(Checkpoint checkpoint);

    /** The call has dealt with an update. Gives whether the control thread should look. The call's event loop. */
    boolean newAdvanced(SlotTrack seen, boolean sealed);
}
