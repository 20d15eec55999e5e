package io.firehole.gateway.stream;

import io.firehole.pool.Delivery;
import io.firehole.wire.framing.MessageEncoding;
import io.firehole.wire.framing.MessageHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lays the messages that wait for one client into as few buffers as possible. Event loop only.
 *
 * <p>Small updates share a buffer: one write, one system call and as few DATA frames as may be for all that waits. That is
 * cheaper, and some clients drop a server that leaves many small DATA frames unread. What is larger than
 * {@link #PACK_BYTES} is not copied: its bytes, which other monitors share, go out as slices, so that a client's progress
 * through a block of many megabytes can be seen and only a slice of it is on its way at a time.
 */
final class Packer {

    /** How full a buffer of small messages becomes. */
    static final int PACK_BYTES = 64 * 1024;

    /** The largest piece of a shared message that is on its way at a time. */
    static final int SLICE_BYTES = 256 * 1024;

    private static final byte[] NO_BYTES = {};

    /** Where the messages wait. */
    @FunctionalInterface
    interface Source {

        /** The next message, or null if none waits. */
        @Nullable
        Delivery poll();

        /** These go out now; the list is the packer's, which uses it again. */
        default void goesOut(List<Delivery> batch) {}
    }

    private final Source source;
    private final MessageEncoding encoding;
    private final boolean compressed;
    private final Deque<byte[]> urgent = new ArrayDeque<>();
    private final List<Delivery> batch = new ArrayList<>();

    private @Nullable Delivery held;
    private byte[] large = NO_BYTES;
    private int largeOffset;
    private int largeEnd;
    private int messages;

    Packer(Source source, MessageEncoding encoding) {
        this.source = source;
        this.encoding = encoding;
        this.compressed = encoding != MessageEncoding.IDENTITY;
    }

    /** Puts a message before the updates that wait. */
    void urgent(byte[] message) {
        urgent.add(compressed ? encoding.compress(message) : message);
    }

    /** Whether the client has got the beginning of a message, but not all of it. */
    boolean midMessage() {
        return largeOffset < largeEnd;
    }

    /** Whether nothing is held here that the source has given; what waits in the source is not looked at. */
    boolean isEmpty() {
        return !midMessage() && held == null && urgent.isEmpty();
    }

    /** What remains of the message that has been begun; null if there is none. */
    @Nullable
    ByteBuf rest() {
        messages = 0;
        return midMessage() ? slice() : null;
    }

    /** How many urgent messages wait. */
    int urgentWaiting() {
        return urgent.size();
    }

    /** How many messages the last buffer began. */
    int messages() {
        return messages;
    }

    /** The next buffer for {@link Outlet#send}, or null if nothing waits. */
    @Nullable
    ByteBuf next(Outlet outlet) {
        messages = 0;
        if (midMessage()) {
            return slice();
        }
        int bytes = gather();
        if (bytes == 0) {
            return null;
        }
        ByteBuf pack = outlet.buffer(bytes);
        messages = urgent.size() + batch.size();
        int flag = compressed ? 1 : 0;
        for (byte[] message = urgent.poll(); message != null; message = urgent.poll()) {
            pack.writeByte(flag).writeInt(message.length).writeBytes(message);
        }
        for (Delivery update : batch) {
            pack.writeByte(flag).writeInt(update.size()).writeBytes(update.head());
            if (!midMessage()) {
                pack.writeBytes(update.tail(), update.tailOffset(), update.tailLength());
            }
        }
        source.goesOut(batch);
        batch.clear();
        return midMessage() ? Unpooled.wrappedBuffer(pack, slice()) : pack;
    }

    /**
     * Takes from the source what fits into one buffer, or one large message alone.
     *
     * @return how large that buffer must be
     */
    private int gather() {
        int bytes = 0;
        for (byte[] message : urgent) {
            bytes += MessageHeader.BYTES + message.length;
        }
        for (Delivery update = take(); update != null; update = take()) {
            int size = MessageHeader.BYTES + update.size();
            if (bytes > 0 && bytes + size > PACK_BYTES) {
                held = update;
                break;
            }
            batch.add(update);
            bytes += size;
            if (size > PACK_BYTES) {
                large = update.tail();
                largeOffset = update.tailOffset();
                largeEnd = update.tailOffset() + update.tailLength();
                return bytes - update.tailLength();
            }
        }
        return bytes;
    }

    private @Nullable Delivery take() {
        Delivery update = held;
        if (update != null) {
            held = null;
            return update;
        }
        update = source.poll();
        return update == null || !compressed ? update : compress(update);
    }

    private Delivery compress(Delivery update) {
        byte[] whole = Arrays.copyOf(update.head(), update.size());
        System.arraycopy(update.tail(), update.tailOffset(), whole, update.head().length, update.tailLength());
        byte[] bytes = encoding.compress(whole);
        return new Delivery(NO_BYTES, bytes, 0, bytes.length, update.receivedNanos());
    }

    private ByteBuf slice() {
        int length = Math.min(SLICE_BYTES, largeEnd - largeOffset);
        ByteBuf slice = Unpooled.wrappedBuffer(large, largeOffset, length);
        largeOffset += length;
        if (largeOffset == largeEnd) {
            large = NO_BYTES; // other monitors may be done with it: keep nothing alive
            largeOffset = 0;
            largeEnd = 0;
        }
        return slice;
    }
}
