package io.firehole.simulator.server;

import io.firehole.wire.framing.MessageEncoding;
import io.firehole.wire.framing.MessageHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one client, bounded in messages and in bytes, and leaves in large pieces: all that waits goes out
 * together, cut at {@value #PIECE_BYTES} bytes wherever that falls, as the reference does.
 *
 * <p>Belongs to the call's event loop.
 */
final class Outbox {

    /** How large a DATA frame gets when enough waits; a client that allows only smaller frames gets it in parts. */
    static final int PIECE_BYTES = 32 * 1024;

    private final ArrayDeque<OutboundMessage> waiting = new ArrayDeque<>();
    private final int maxMessages;
    private final long maxBytes;
    private final QueueBudget budget;
    private final MessagePacker packer;
    private final Traffic traffic;

    /** The newest of those waiting: their payloads are still shared. */
    private final List<OutboundMessage> fresh = new ArrayList<>();

    private long waitingBytes;
    private long countedBytes;

    /** The message that is partly out, as what is left of it. */
    private @Nullable Rest rest;

    Outbox(StreamLimits limits, QueueBudget budget, MessageEncoding encoding, Traffic traffic) {
        this.budget = budget;
        this.maxMessages = limits.queuedMessages();
        this.maxBytes = limits.queuedBytes();
        this.packer = new MessagePacker(encoding);
        this.traffic = traffic;
    }

    /** Whether one more message is too much. A single message is never too much, however large. */
    boolean isFull() {
        return waiting.size() >= maxMessages
                || (!waiting.isEmpty() && (waitingBytes >= maxBytes || budget.isOver(waitingBytes)));
    }

    /** Adds a message, also when the box is full: pings, pongs and the like have room of their own. */
    void add(OutboundMessage message) {
        waiting.add(message);
        fresh.add(message);
        waitingBytes += message.size();
    }

    /** Says that what waits now will wait for a while. */
    void settle() {
        if (!waiting.isEmpty()) {
            fresh.forEach(OutboundMessage::detach);
        }
        fresh.clear();
        budget.add(waitingBytes - countedBytes);
        countedBytes = waitingBytes;
    }

    boolean isEmpty() {
        return rest == null && waiting.isEmpty();
    }

    int waitingMessages() {
        return waiting.size();
    }

    long waitingBytes() {
        return waitingBytes;
    }

    /** Throws away what waits; nothing is taken out after it. */
    void close() {
        waiting.clear();
        waitingBytes = 0;
        rest = null;
        settle();
        packer.close();
    }

    /** The next piece of what waits; the box must not be empty. The caller owns it. */
    ByteBuf piece(ByteBufAllocator allocator) {
        Rest unfinished = rest;
        long available = (unfinished == null ? 0 : unfinished.left())
                + waitingBytes
                + (long) waiting.size() * MessageHeader.BYTES;
        int room = (int) Math.min(PIECE_BYTES, Math.max(available, 64));
        ByteBuf piece = allocator.directBuffer(room, Integer.MAX_VALUE);
        if (unfinished != null && !unfinished.copyTo(piece, room)) {
            return piece;
        }
        rest = null;
        while (piece.readableBytes() < room) {
            OutboundMessage message = waiting.poll();
            if (message == null) {
                break;
            }
            waitingBytes -= message.size();
            traffic.sent(message.kind(), message.size());
            Rest next = packer.pack(message);
            if (!next.copyTo(piece, room)) {
                rest = next;
                break;
            }
        }
        return piece;
    }
}
