package io.firehole.simulator.chain;

import com.google.protobuf.Timestamp;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import io.firehole.wire.proto.SubscribeUpdateEntry;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import io.firehole.wire.proto.storage.Rewards;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the chain takes from recordings.
 *
 * @param transactions of one slot, in their order
 * @param accounts of the same slot, in the order of their writes
 * @param rewards of the same slot; empty if the recordings have no block meta of it
 * @param entries of every slot of which all entries are there
 */
record Recorded(
        List<SubscribeUpdateTransactionInfo> transactions,
        List<SubscribeUpdateAccountInfo> accounts,
        Rewards rewards,
        List<Entries> entries) {

    /**
     * The entries of one slot.
     *
     * @param arrivedMicros when each was recorded, after the first; never falls
     */
    record Entries(List<SubscribeUpdateEntry> entries, List<Long> arrivedMicros) {}

    /** Sorts the updates of some recordings; the first slot with transactions is the one that counts. */
    static Recorded of(Iterable<SubscribeUpdate> updates) {
        Map<Long, List<SubscribeUpdateTransactionInfo>> transactions = new TreeMap<>();
        Map<Long, List<SubscribeUpdateAccountInfo>> accounts = new TreeMap<>();
        Map<Long, Rewards> rewards = new TreeMap<>();
        Map<Long, Long> entryCounts = new TreeMap<>();
        Map<Long, List<SubscribeUpdate>> entries = new TreeMap<>();
        for (SubscribeUpdate update : updates) {
            switch (update.getUpdateOneofCase()) {
                case TRANSACTION ->
                    transactions
                            .computeIfAbsent(update.getTransaction().getSlot(), slot -> new ArrayList<>())
                            .add(update.getTransaction().getTransaction());
                case ACCOUNT ->
                    accounts.computeIfAbsent(update.getAccount().getSlot(), slot -> new ArrayList<>())
                            .add(update.getAccount().getAccount());
                case BLOCK_META -> {
                    rewards.put(
                            update.getBlockMeta().getSlot(),
                            update.getBlockMeta().getRewards());
                    entryCounts.put(
                            update.getBlockMeta().getSlot(),
                            update.getBlockMeta().getEntriesCount());
                }
                case ENTRY ->
                    entries.computeIfAbsent(update.getEntry().getSlot(), slot -> new ArrayList<>())
                            .add(update);
                default -> {}
            }
        }
        List<Entries> complete = new ArrayList<>();
        entries.forEach((slot, found) -> {
            if (isComplete(found, entryCounts.getOrDefault(slot, -1L))) {
                complete.add(inOrder(found));
            }
        });
        long slot =
                transactions.isEmpty() ? 0 : transactions.keySet().iterator().next();
        return new Recorded(
                transactions.getOrDefault(slot, List.of()),
                accounts.getOrDefault(slot, List.of()),
                rewards.getOrDefault(slot, Rewards.getDefaultInstance()),
                complete);
    }

    /** This, with what it lacks taken from another. */
    Recorded or(Recorded other) {
        boolean own = !transactions.isEmpty();
        return new Recorded(
                own ? transactions : other.transactions,
                own ? accounts : other.accounts,
                own ? rewards : other.rewards,
                entries.isEmpty() ? other.entries : entries);
    }

    private static boolean isComplete(List<SubscribeUpdate> found, long count) {
        if (found.size() != count) {
            return false;
        }
        for (int i = 0; i < found.size(); i++) {
            if (found.get(i).getEntry().getIndex() != i) {
                return false;
            }
        }
        return true;
    }

    private static Entries inOrder(List<SubscribeUpdate> found) {
        List<SubscribeUpdateEntry> entries = new ArrayList<>();
        List<Long> arrivedMicros = new ArrayList<>();
        long first = micros(found.get(0).getCreatedAt());
        long latest = 0;
        for (SubscribeUpdate update : found) {
            latest = Math.max(latest, micros(update.getCreatedAt()) - first);
            arrivedMicros.add(latest);
            entries.add(update.getEntry());
        }
        return new Entries(entries, arrivedMicros);
    }

    private static long micros(Timestamp timestamp) {
        return timestamp.getSeconds() * 1_000_000 + timestamp.getNanos() / 1_000;
    }
}
