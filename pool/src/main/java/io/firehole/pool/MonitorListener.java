package io.firehole.pool;

import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeUpdate;

/**
 * What a Java program does with the updates of one {@link MonitorSubscription}.
 *
 * <p>All calls come on the pool's executor for callbacks (see {@link PoolRuntime#callbacks}; virtual threads unless it was
 * given another), never on a connection's event loop, one at a time, each seeing what the one before it wrote: a listener
 * may block and needs no lock of its own. While it is at work its updates wait in the monitor's mailbox, and nobody else
 * waits for it.
 */
@FunctionalInterface
public interface MonitorListener {

    /**
     * One update, under the monitor's own filter names, in the order of a subscription of its own.
     *
     * <p>What it throws ends the subscription with UNKNOWN: an update that was not heeded is not passed over in silence.
     */
    void onUpdate(SubscribeUpdate update);

    /**
     * One update as it came, before anything of it is parsed. Parses it and calls {@link #onUpdate}; a program that wants
     * the bytes, or only some of the updates parsed, does otherwise here.
     *
     * @throws InvalidProtocolBufferException if the bytes are no update; it ends the subscription with INTERNAL, as a
     *     generated stub would
     */
    default void onDelivery(Delivery delivery) throws InvalidProtocolBufferException {
        onUpdate(delivery.parsed());
    }

    /**
     * Nothing follows. The last call, made exactly once, whatever ended the subscription.
     *
     * @param why OK after {@link MonitorSubscription#close}; else what a client of the gateway would be told, as
     *     INTERNAL {@code lagged to send an update} for a listener that was too slow for its mailbox
     */
    default void onEnd(GrpcStatus why) {}
}
