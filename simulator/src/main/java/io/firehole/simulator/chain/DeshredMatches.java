package io.firehole.simulator.chain;

import io.firehole.filters.DeshredFilterSet;
import io.firehole.simulator.chain.RingEvent.Data;
import io.firehole.simulator.chain.RingEvent.Status;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeUpdateDeshred;
import io.firehole.wire.proto.SubscribeUpdateSlot;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * As {@link Matches}, for SubscribeDeshred: what goes out are messages of {@code SubscribeUpdateDeshred}, whose fields
 * have numbers of their own. Immutable; any thread.
 */
public final class DeshredMatches {
    private final Slots slots;
    private final @Nullable NameList[] transactions;
    private final boolean anyTransaction;
    private final Map<SlotStatus, NameList> statuses = new EnumMap<>(SlotStatus.class);

    DeshredMatches(Slots slots, DeshredFilterSet set) {
        this.slots = slots;
        NameList.Pool pool = new NameList.Pool();
        PlayedFacts facts = slots.templates().facts;
        transactions = new @Nullable NameList[facts.transactions().size()];
        boolean any = false;
        for (int i = 0; i < transactions.length; i++) {
            transactions[i] = pool.get(set.transactions(facts.transactions().get(i)));
            any |= transactions[i] != null;
        }
        anyTransaction = any;
        for (SlotStatus status : SlotStatus.values()) {
            NameList names = status == SlotStatus.UNRECOGNIZED ? null : pool.get(set.slots(status));
            if (names != null) {
                statuses.put(status, names);
            }
        }
    }

    /** As {@link Matches#write}; the kinds given are TRANSACTION and SLOT. */
    public int write(RingEvent event, int at, UpdateSink sink) {
        return switch (event) {
            case Data data -> anyTransaction ? writeData(data, at, sink) : Matches.DONE;
            case Status status -> {
                writeStatus(status, sink);
                yield Matches.DONE;
            }
            case RingEvent.Block block -> Matches.DONE;
            case RingEvent.BlockMeta meta -> Matches.DONE;
        };
    }

    private int writeData(Data data, int at, UpdateSink sink) {
        SlotLayout layout = slots.derivation().layout(data.slot());
        int[] places = slots.templates().deshred.transactionAt;
        byte[] createdAt = CreatedAt.ofDeshred(data.createdAt());
        for (int position = data.from() + at; position < data.to(); position++) {
            int index = layout.index(position);
            NameList names = layout.kind(position) == SlotLayout.TRANSACTION ? transactions[index] : null;
            if (names != null
                    && !sink.update(
                            UpdateKind.TRANSACTION,
                            names.encoded(),
                            slots.contents().deshred(data.slot()),
                            places[index],
                            places[index + 1] - places[index],
                            createdAt)) {
                return position + 1 - data.from();
            }
        }
        return Matches.DONE;
    }

    private void writeStatus(Status event, UpdateSink sink) {
        NameList names = statuses.get(event.status());
        if (names == null) {
            return;
        }
        SubscribeUpdateSlot.Builder update =
                SubscribeUpdateSlot.newBuilder().setSlot(event.slot()).setStatus(event.status());
        event.parent().ifPresent(update::setParent);
        if (event.deadError() != null) {
            update.setDeadError(event.deadError());
        }
        byte[] payload =
                SubscribeUpdateDeshred.newBuilder().setSlot(update).build().toByteArray();
        sink.update(
                UpdateKind.SLOT, names.encoded(), payload, 0, payload.length, CreatedAt.ofDeshred(event.createdAt()));
    }
}
