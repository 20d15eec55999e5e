package io.firehole.simulation;

import io.firehole.pool.Delivery;
import io.firehole.wire.UpdateKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An update as the chain gives it to one set of filters.
 *
 * @param order its place within its event: updates of the same place may not be told apart by a request that takes effect
 * @param names field 1, encoded
 * @param payload the array that holds the field of the oneof
 * @param createdAt its field, encoded
 */
@SuppressWarnings("ArrayRecordComponent") // the chain's own bytes, compared and never kept
record SentUpdate(UpdateKind kind, int order, byte[] names, byte[] payload, int offset, int length, byte[] createdAt) {

    private static final byte NAME_TAG = 0x0a;

    boolean isBlock() {
        return kind == UpdateKind.BLOCK;
    }

    /** Whether that is this very update: equal bytes, but for the order of the names. */
    boolean isSame(Delivery delivery) {
        if (delivery.size() != names.length + length + createdAt.length) {
            return false;
        }
        byte[] head = delivery.head();
        if (Arrays.equals(head, names)) {
            return endsLikeThis(delivery.tail(), delivery.tailOffset());
        }
        byte[] whole = whole(delivery);
        List<String> received = new ArrayList<>();
        int end = readNames(whole, received);
        List<String> expected = new ArrayList<>();
        readNames(names, expected);
        Collections.sort(received);
        Collections.sort(expected);
        return received.equals(expected) && end == names.length && endsLikeThis(whole, end);
    }

    private boolean endsLikeThis(byte[] bytes, int from) {
        return Arrays.equals(bytes, from, from + length, payload, offset, offset + length)
                && Arrays.equals(
                        bytes, from + length, from + length + createdAt.length, createdAt, 0, createdAt.length);
    }

    static byte[] whole(Delivery delivery) {
        byte[] whole = Arrays.copyOf(delivery.head(), delivery.size());
        System.arraycopy(delivery.tail(), delivery.tailOffset(), whole, delivery.head().length, delivery.tailLength());
        return whole;
    }

    byte[] whole() {
        byte[] whole = Arrays.copyOf(names, names.length + length + createdAt.length);
        System.arraycopy(payload, offset, whole, names.length, length);
        System.arraycopy(createdAt, 0, whole, names.length + length, createdAt.length);
        return whole;
    }

    /** Where they end. */
    private static int readNames(byte[] message, List<String> into) {
        int at = 0;
        while (at < message.length && message[at] == NAME_TAG) {
            int size = 0;
            int shift = 0;
            do {
                size |= (message[++at] & 0x7f) << shift;
                shift += 7;
            } while (message[at] < 0);
            at++;
            into.add(new String(message, at, size, StandardCharsets.UTF_8));
            at += size;
        }
        return at;
    }

    static String brief(byte @Nullable [] message) {
        if (message == null) {
            return "nothing";
        }
        try {
            String text = io.firehole.wire.proto.SubscribeUpdate.parseFrom(message)
                    .toString()
                    .replace('\n', ' ');
            return text.length() > 240 ? text.substring(0, 240) : text;
        } catch (com.google.protobuf.InvalidProtocolBufferException unreadable) {
            return "unreadable: " + unreadable.getMessage();
        }
    }
}
