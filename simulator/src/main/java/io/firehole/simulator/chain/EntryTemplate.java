package io.firehole.simulator.chain;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateEntry;
import java.util.List;

/**
 * The entries of one recorded slot, fitted to the transactions of the played block, and the layout they give a slot.
 *
 * <p>As recorded are {@code index} and {@code num_hashes}. {@code executed_transaction_count} and {@code
 * starting_transaction_index} are rescaled once, so that they sum to the transactions there are: entries without
 * transactions stay so, the others share in proportion. {@code slot} and {@code hash} are patched per slot.
 */
final class EntryTemplate {
    static final int HASH_BYTES = 32;

    /** All payloads, one behind the other. */
    final byte[] bytes;

    final int entries;

    /** Number i lies from {@code [i]} to {@code [i + 1]}. */
    final int[] entryAt;

    /** The inner messages, as blocks carry them. */
    final FieldPlace[] entryInfo;

    final int[] slotPlaces;
    final int[] hashPlaces;
    final SlotLayout layout;

    EntryTemplate(Recorded.Entries recorded, PlayedBlock block) {
        entries = recorded.entries().size();
        entryAt = new int[entries + 1];
        entryInfo = new FieldPlace[entries];
        slotPlaces = new int[entries];
        hashPlaces = new int[entries];
        int[] counts = rescaled(recorded.entries(), block.transactions().size());
        TemplateBytes all = new TemplateBytes();
        int transactions = 0;
        for (int i = 0; i < entries; i++) {
            int at = all.end();
            byte[] payload = SubscribeUpdate.newBuilder()
                    .setEntry(recorded.entries().get(i).toBuilder()
                            .setSlot(ChainConfig.SLOT_MIN)
                            .setHash(ByteString.copyFrom(new byte[HASH_BYTES]))
                            .setExecutedTransactionCount(counts[i])
                            .setStartingTransactionIndex(transactions))
                    .build()
                    .toByteArray();
            transactions += counts[i];
            entryAt[i] = at;
            entryInfo[i] = FieldPlace.required(payload, 8).movedBy(at);
            slotPlaces[i] = at + FieldPlace.required(payload, 8, 1).from();
            hashPlaces[i] = at + FieldPlace.required(payload, 8, 4).from();
            all.add(payload);
        }
        entryAt[entries] = all.end();
        bytes = all.all();
        layout = new SlotLayout(block, counts, recorded.arrivedMicros());
    }

    /**
     * Shares out the transactions: one for each entry that had some as long as there are enough, the rest in proportion
     * to what it had beyond one, the remainders falling where the running sum passes a whole number.
     */
    static int[] rescaled(List<SubscribeUpdateEntry> entries, int transactions) {
        long filled = 0;
        long beyondOne = 0;
        for (SubscribeUpdateEntry entry : entries) {
            if (entry.getExecutedTransactionCount() > 0) {
                filled++;
                beyondOne += entry.getExecutedTransactionCount() - 1;
            }
        }
        int[] counts = new int[entries.size()];
        if (filled == 0) {
            counts[counts.length - 1] = transactions;
            return counts;
        }
        long base = Math.min(filled, transactions);
        long rest = transactions - base;
        long filledSoFar = 0;
        long beyondSoFar = 0;
        long shared = 0;
        for (int i = 0; i < counts.length; i++) {
            long had = entries.get(i).getExecutedTransactionCount();
            if (had > 0) {
                filledSoFar++;
                beyondSoFar += had - 1;
            }
            long upToHere = filledSoFar * base / filled
                    + (beyondOne > 0 ? beyondSoFar * rest / beyondOne : filledSoFar * rest / filled);
            counts[i] = (int) (upToHere - shared);
            shared = upToHere;
        }
        return counts;
    }
}
