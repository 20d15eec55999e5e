package io.firehole.pool;

import io.firehole.pool.merging.Subscription;
import io.firehole.pool.routing.Recipient;
import io.firehole.wire.proto.CommitmentLevel;
import java.util.OptionalLong;

/**
 * A monitor whose call broke after it had been served whole, so that it is owed what came since, or that asks for a
 * replay.
 *
 * @param member the monitor
 * @param place where its stream serves it
 * @param subscription what it asked
 * @param recipient its way into its mailbox for what it missed, which comes before all that its next call brings
 * @param contentFrom the first slot of which it is owed content: earlier than the next one where content comes long after its
 *     slot began
 * @param owedFrom the first slot of which it was to get everything, statuses that came before it asked among it
 */
record CutOff(
        Member member, Place place, Subscription subscription, Recipient recipient, long contentFrom, long owedFrom) {

    CutOff {
        recipient.owedFrom(contentFrom, owedFrom);
    }

    /** One that asks for a replay from that slot on. */
    static CutOff asking(Member member, Place place, Subscription subscription, Recipient recipient, long fromSlot) {
        return new CutOff(member, place, subscription, recipient, fromSlot, fromSlot);
    }

    /**
     * One that was served.
     *
     * @param contentToCome the first slot of which no content had come by then, if it came at one go; empty if that is not known
     * @param owedFrom the first slot that began after it was
     */
    static CutOff broken(
            Member member,
            Place place,
            Subscription subscription,
            Recipient recipient,
            OptionalLong contentToCome,
            long owedFrom) {
        // At processed a slot's content comes while it is in progress; at others at one go, long after the slot began.
        boolean atOneGo = place.stream().level() != CommitmentLevel.PROCESSED;
        long contentFrom = atOneGo ? Math.min(contentToCome.orElse(owedFrom), owedFrom) : owedFrom;
        return new CutOff(member, place, subscription, recipient, contentFrom, owedFrom);
    }

    /** The same for another replay. */
    CutOff again() {
        return new CutOff(member, place, subscription, place.another(), contentFrom, owedFrom);
    }
}
