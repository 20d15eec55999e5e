package io.firehole.simulator.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.wire.UpdateKind;
import io.firehole.wire.framing.FramingException;
import io.firehole.wire.framing.MessageDeframer;
import io.firehole.wire.framing.MessageEncoding;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OutboxTest {

    private static final long NO_LIMIT = Long.MAX_VALUE;

    private final Traffic traffic = new Traffic();
    private final QueueBudget budget = new QueueBudget(NO_LIMIT);

    private Outbox outbox(MessageEncoding encoding) {
        return new Outbox(StreamLimits.DEFAULT, budget, encoding, traffic);
    }

    private static List<byte[]> emptied(Outbox outbox, MessageEncoding encoding) throws FramingException {
        List<byte[]> messages = new ArrayList<>();
        MessageDeframer deframer = new MessageDeframer(Integer.MAX_VALUE, encoding);
        while (!outbox.isEmpty()) {
            ByteBuf piece = outbox.piece(UnpooledByteBufAllocator.DEFAULT);
            assertThat(piece.readableBytes()).isBetween(1, Outbox.PIECE_BYTES);
            deframer.feed(piece.nioBuffer(), messages::add);
            piece.release();
        }
        return messages;
    }

    @ParameterizedTest
    @EnumSource(MessageEncoding.class)
    void whatGoesInComesOutInOrderWhateverItsSize(MessageEncoding encoding) throws Exception {
        Random random = new Random(6);
        Outbox outbox = outbox(encoding);
        List<byte[]> expected = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            byte[] shared = new byte[random.nextInt(10) == 0 ? random.nextInt(200_000) : 20 + random.nextInt(2_000)];
            for (int b = 0; b < shared.length; b++) {
                shared[b] = (byte) (random.nextInt(3) == 0 ? random.nextInt() : 7);
            }
            int offset = random.nextInt(10);
            byte[] names = new byte[random.nextInt(3) * 9];
            byte[] end = new byte[random.nextInt(2) * 12];
            random.nextBytes(names);
            OutboundMessage message =
                    new OutboundMessage(UpdateKind.TRANSACTION, names, shared, offset, shared.length - 10, end);
            outbox.add(message);
            expected.add(message.toBytes());
            if (random.nextInt(20) == 0) {
                outbox.settle();
            }
        }
        outbox.settle();
        assertThat(budget.bytes()).isEqualTo(outbox.waitingBytes()).isPositive();
        List<byte[]> out = emptied(outbox, encoding);
        assertThat(out).hasSize(400);
        for (int i = 0; i < 400; i++) {
            assertThat(out.get(i)).isEqualTo(expected.get(i));
        }
        outbox.settle();
        assertThat(budget.bytes()).isZero();
        assertThat(traffic.sent(UpdateKind.TRANSACTION)).isEqualTo(400);
        assertThat(traffic.sentBytes())
                .isEqualTo(
                        expected.stream().mapToLong(message -> message.length).sum());
        outbox.close();
    }

    @Test
    void whatWaitsNoLongerKeepsWhatItWasCutFrom() {
        byte[] slot = new byte[1_000_000];
        OutboundMessage message = new OutboundMessage(UpdateKind.ENTRY, new byte[3], slot, 500, 80, new byte[4]);
        Outbox outbox = outbox(MessageEncoding.IDENTITY);
        outbox.add(message);
        outbox.settle();
        assertThat(message.payload()).hasSize(80);
    }

    @Test
    void isFullByMessagesByBytesAndByWhatAllHoldTogether() {
        OutboundMessage message = OutboundMessage.of(UpdateKind.ENTRY, new byte[1_000]);
        Outbox byCount =
                new Outbox(StreamLimits.DEFAULT.withQueue(2, NO_LIMIT), budget, MessageEncoding.IDENTITY, traffic);
        byCount.add(message);
        assertThat(byCount.isFull()).isFalse();
        byCount.add(message);
        assertThat(byCount.isFull()).isTrue();

        Outbox byBytes =
                new Outbox(StreamLimits.DEFAULT.withQueue(100, 500), budget, MessageEncoding.IDENTITY, traffic);
        assertThat(byBytes.isFull()).as("one message always fits").isFalse();
        byBytes.add(message);
        assertThat(byBytes.isFull()).isTrue();

        QueueBudget shared = new QueueBudget(1_000_000);
        Outbox greedy = new Outbox(StreamLimits.DEFAULT, shared, MessageEncoding.IDENTITY, traffic);
        Outbox modest = new Outbox(StreamLimits.DEFAULT, shared, MessageEncoding.IDENTITY, traffic);
        greedy.add(OutboundMessage.of(UpdateKind.BLOCK, new byte[(int) QueueBudget.INNOCENT_BYTES]));
        greedy.settle();
        modest.add(message);
        modest.settle();
        assertThat(greedy.isFull()).isTrue();
        assertThat(modest.isFull()).isFalse();
    }
}
