package io.firehole.simulator.server;

import io.firehole.simulator.chain.Ring;
import io.firehole.simulator.chain.RingEvent;
import io.firehole.simulator.chain.UpdateSink;

/**
 * What a stream wants of the chain.
 *
 * @param ring what it follows
 * @param writer what it takes of each event
 */
record Selection(Ring ring, EventWriter writer) {

    /** Turns an event into the messages that one set of filters lets through. */
    @FunctionalInterface
    interface EventWriter {
        /** See {@link io.firehole.simulator.chain.Matches#write}. */
        int write(RingEvent event, int at, UpdateSink sink);
    }
}
