package io.firehole.pool;

import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.wire.proto.SubscribeUpdate;

/**
 * One {@code SubscribeUpdate} for one monitor, encoded: {@code head} followed by {@code tailLength} bytes of
 * {@code tail} from {@code tailOffset}.
 *
 * <p>Both arrays are shared with other deliveries: read them, never change them. The record is compared by identity of
 * its arrays, not by content.
 *
 * @param head the field 1 entries with this monitor's own filter names; empty where the tail has them already
 * @param tail the bytes as the provider sent them
 * @param tailOffset where the payload begins in {@code tail}
 * @param tailLength how many bytes of {@code tail} belong to the message
 * @param receivedNanos when it came from the provider, by the pool's clock; 0 if it came from elsewhere
 */
@SuppressWarnings("ArrayRecordComponent") // shared bytes, on the hot path: a copy or a wrapper is what must not be
public record Delivery(byte[] head, byte[] tail, int tailOffset, int tailLength, long receivedNanos) {

    /** The length of the gRPC message, in bytes. */
    public int size() {
        return head.length + tailLength;
    }

    /**
     * The update, parsed anew with each call.
     *
     * @throws InvalidProtocolBufferException if the bytes are none: what the provider sent is not parsed on its way
     */
    public SubscribeUpdate parsed() throws InvalidProtocolBufferException {
        return SubscribeUpdate.newBuilder()
                .mergeFrom(head)
                .mergeFrom(tail, tailOffset, tailLength)
                .build();
    }
}
