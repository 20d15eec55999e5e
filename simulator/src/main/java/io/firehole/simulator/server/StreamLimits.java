package io.firehole.simulator.server;

import java.time.Duration;

/**
 * The bounds of one stream.
 *
 * @param queuedMessages how many messages may wait for a client; one more ends its stream with INTERNAL {@code lagged to
 *     send an update}
 * @param queuedBytes how many bytes of messages may wait for a client, with the same end. The reference counts messages
 *     only; this is here so that slow clients cannot eat the simulator's memory. When all clients together hold a third
 *     of the memory there is, those that hold over 4 MiB are slow as well
 * @param pingEvery how often a ping is sent, after the first at once
 */
public record StreamLimits(int queuedMessages, long queuedBytes, Duration pingEvery) {

    /** The reference's 250,000 messages and 10 s, and 128 MiB. */
    public static final StreamLimits DEFAULT = new StreamLimits(250_000, 128L * 1024 * 1024, Duration.ofSeconds(10));

    public StreamLimits {
        if (queuedMessages < 1) {
            throw new IllegalArgumentException("queuedMessages must be at least 1, was " + queuedMessages);
        }
        if (queuedBytes < 1) {
            throw new IllegalArgumentException("queuedBytes must be at least 1, was " + queuedBytes);
        }
        if (pingEvery.toMillis() < 1) {
            throw new IllegalArgumentException("pingEvery must be at least 1ms, was " + pingEvery);
        }
    }

    /** The same with other bounds for the queue. */
    public StreamLimits withQueue(int messages, long bytes) {
        return new StreamLimits(messages, bytes, pingEvery);
    }

    /** The same with another interval of pings. */
    public StreamLimits withPingEvery(Duration interval) {
        return new StreamLimits(queuedMessages, queuedBytes, interval);
    }
}
