package io.firehole.pool;

import io.firehole.pool.merging.Subscription;
import io.firehole.pool.routing.Recipient;

/**
 * A monitor whose call broke after it had been served whole, so that it is owed what came since, or that asks for a
 * replay.
 *
 * @param member the monitor
 * @param place where its stream serves it
 * @param subscription what it asked
 * @param recipient its way into its mailbox for what it missed, which comes before all that its next call brings
 * @param owedFrom the first slot of which it was to get everything
 */
record CutOff(Member member, Place place, Subscription subscription, Recipient recipient, long owedFrom) {

    /** The same for another replay. */
    CutOff again() {
        return new CutOff(member, place, subscription, place.another(), owedFrom);
    }
}
