package io.firehole.pool;

import io.firehole.pool.mailbox.Contents;
import io.firehole.pool.spill.SpillForm;
import io.firehole.wire.MalformedUpdateException;
import io.firehole.wire.RawUpdate;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.SlotStatus;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What mailboxes know of deliveries. Any thread.
 *
 * <p>Slot and account are read from the bytes when somebody asks, which is only for a monitor that reads too slowly: noted
 * with each delivery, they would cost every monitor something.
 */
enum DeliveryContents implements Contents<Delivery>, SpillForm<Delivery> {
    IN_BYTES;

    @Override
    public int size(Delivery delivery) {
        return delivery.size();
    }

    @Override
    public long slot(Delivery delivery) {
        RawUpdate update = read(delivery);
        return update == null ? 0 : update.slot();
    }

    /** Later statuses than processed come long after the slot. */
    @Override
    public long contentSlot(Delivery delivery) {
        RawUpdate update = read(delivery);
        if (update == null) {
            return 0;
        }
        boolean late = update.kind() == UpdateKind.SLOT
                && (update.status() == SlotStatus.SLOT_CONFIRMED || update.status() == SlotStatus.SLOT_FINALIZED);
        return late ? 0 : update.slot();
    }

    /** An account under the names that its update came under: what goes to other filters is not the same news. */
    @Override
    public @Nullable Object subject(Delivery delivery) {
        RawUpdate update = read(delivery);
        if (update == null || update.kind() != UpdateKind.ACCOUNT || !update.hasIdentity()) {
            return null;
        }
        byte[] key = update.pubkey().toByteArray();
        int length = key.length + delivery.head().length;
        for (int i = 0; i < update.filterCount(); i++) {
            length += 1 + update.filterLength(i);
        }
        ByteBuffer subject = ByteBuffer.allocate(length).put(key).put(delivery.head());
        for (int i = 0; i < update.filterCount(); i++) {
            subject.put((byte) 0).put(update.buffer(), update.filterOffset(i), update.filterLength(i));
        }
        return subject.flip();
    }

    @Override
    public int length(Delivery delivery) {
        return Long.BYTES + Integer.BYTES + delivery.size();
    }

    /** When it came, the length of the head, the head and the tail. */
    @Override
    public void write(Delivery delivery, ByteBuffer to) {
        to.putLong(delivery.receivedNanos())
                .putInt(delivery.head().length)
                .put(delivery.head())
                .put(delivery.tail(), delivery.tailOffset(), delivery.tailLength());
    }

    @Override
    public Delivery read(ByteBuffer from) {
        long receivedNanos = from.getLong();
        byte[] head = new byte[from.getInt()];
        from.get(head);
        byte[] tail = new byte[from.remaining()];
        from.get(tail);
        return new Delivery(head, tail, 0, tail.length, receivedNanos);
    }

    private static @Nullable RawUpdate read(Delivery delivery) {
        try {
            return RawUpdate.parse(delivery.tail(), delivery.tailOffset(), delivery.tailLength());
        } catch (MalformedUpdateException unreadable) {
            return null;
        }
    }
}
