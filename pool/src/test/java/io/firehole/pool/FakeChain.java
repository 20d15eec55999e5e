package io.firehole.pool;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.firehole.filters.AccountFacts;
import io.firehole.filters.Base58;
import io.firehole.filters.FilterSet;
import io.firehole.filters.TransactionFacts;
import io.firehole.pool.time.VirtualTime;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateAccount;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import io.firehole.wire.proto.SubscribeUpdateBlock;
import io.firehole.wire.proto.SubscribeUpdateBlockMeta;
import io.firehole.wire.proto.SubscribeUpdateEntry;
import io.firehole.wire.proto.SubscribeUpdateSlot;
import io.firehole.wire.proto.SubscribeUpdateTransaction;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import io.firehole.wire.proto.SubscribeUpdateTransactionStatus;
import io.firehole.wire.proto.storage.Message;
import io.firehole.wire.proto.storage.Transaction;
import io.firehole.wire.proto.storage.TransactionStatusMeta;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;

/** A small chain that goes on for ever: slots of 400 ms with a few updates of each kind, on three commitment rings. */
final class FakeChain {

    static final Duration SLOT = Duration.ofMillis(400);

    private static final int KEYS = 8;
    private static final int CONFIRMED_AFTER = 2;
    private static final int FINALIZED_AFTER = 5;
    private static final Map<CommitmentLevel, SlotStatus> STATUSES = new EnumMap<>(Map.of(
            CommitmentLevel.PROCESSED, SlotStatus.SLOT_PROCESSED,
            CommitmentLevel.CONFIRMED, SlotStatus.SLOT_CONFIRMED,
            CommitmentLevel.FINALIZED, SlotStatus.SLOT_FINALIZED));
    private static final Set<CommitmentLevel> ALL_RINGS =
            EnumSet.of(CommitmentLevel.PROCESSED, CommitmentLevel.CONFIRMED, CommitmentLevel.FINALIZED);

    private final VirtualTime time;
    private final Random random;
    private final Consumer<Event> listener;
    private final List<List<Event>> content = new ArrayList<>();
    private final int perSlot;
    private final Map<CommitmentLevel, Long> reached = new EnumMap<>(CommitmentLevel.class);
    private long slot;
    private int serial;
    private boolean stopped;

    /** The oldest slot of which there still is a replay. */
    long oldest = 1_001;

    /**
     * Something that happens on the chain.
     *
     * @param atNanos when
     * @param rings who hears of it, by commitment
     * @param update what they get, without names; for a block the whole one
     */
    record Event(long atNanos, Set<CommitmentLevel> rings, SubscribeUpdate update) {

        /** What a subscriber with these filters gets of it, in any order: one update, or one per name for a block. */
        List<SubscribeUpdate> seenBy(FilterSet filters) {
            if (!rings.contains(filters.commitment())) {
                return List.of();
            }
            if (update.hasBlock()) {
                return filters.blocks().entrySet().stream()
                        .map(filter -> {
                            SubscribeUpdateBlock.Builder block =
                                    update.getBlock().toBuilder().clearTransactions();
                            update.getBlock().getTransactionsList().stream()
                                    .filter(info -> filter.getValue().includesTransactions()
                                            && filter.getValue().keeps(TransactionFacts.of(info)))
                                    .forEach(block::addTransactions);
                            return update.toBuilder()
                                    .setBlock(block)
                                    .addFilters(filter.getKey())
                                    .build();
                        })
                        .toList();
            }
            List<String> names = names(filters);
            return names.isEmpty()
                    ? List.of()
                    : List.of(sliced(filters).addAllFilters(names).build());
        }

        private SubscribeUpdate.Builder sliced(FilterSet filters) {
            SubscribeUpdate.Builder seen = update.toBuilder();
            if (update.hasAccount()) {
                SubscribeUpdateAccountInfo.Builder account =
                        seen.getAccountBuilder().getAccountBuilder();
                account.setData(filters.slice(account.getData()));
            }
            return seen;
        }

        private List<String> names(FilterSet filters) {
            return switch (update.getUpdateOneofCase()) {
                case ACCOUNT ->
                    filters.accounts(AccountFacts.of(update.getAccount().getAccount()));
                case TRANSACTION ->
                    filters.transactions(
                            TransactionFacts.of(update.getTransaction().getTransaction()));
                case TRANSACTION_STATUS ->
                    filters.transactionStatuses(TransactionFacts.of(transactionOf(update.getTransactionStatus())));
                case SLOT -> filters.slots(update.getSlot().getStatus());
                case ENTRY -> filters.entries();
                case BLOCK_META -> filters.blocksMeta();
                default -> List.of();
            };
        }
    }

    /** @param listener hears of every event, in order */
    FakeChain(VirtualTime time, Random random, int perSlot, Consumer<Event> listener) {
        this.time = time;
        this.random = random;
        this.perSlot = perSlot;
        this.listener = listener;
        this.slot = 1_000;
    }

    void start() {
        beginSlot();
    }

    /**
     * What a replay from that slot on gives on a stream of that commitment: each slot that has reached it with the last
     * write of each account, block, block meta, and the statuses it has so far.
     */
    List<Event> replay(long from, CommitmentLevel level) {
        List<Event> replayed = new ArrayList<>();
        for (long frozen = Math.max(from, 1_001); frozen <= reached.getOrDefault(level, 0L); frozen++) {
            for (SubscribeUpdate update : lastWrites(frozen)) {
                replayed.add(new Event(time.nanos(), ALL_RINGS, update));
            }
            sealed(frozen).forEach(update -> replayed.add(new Event(time.nanos(), ALL_RINGS, update)));
            for (Map.Entry<CommitmentLevel, SlotStatus> status : STATUSES.entrySet()) {
                if (frozen <= reached.getOrDefault(status.getKey(), 0L)) {
                    replayed.add(new Event(time.nanos(), ALL_RINGS, updateOf(status.getValue(), frozen)));
                }
            }
        }
        return replayed;
    }

    private List<SubscribeUpdate> lastWrites(long frozen) {
        List<SubscribeUpdate> all = new ArrayList<>();
        Set<ByteString> written = new HashSet<>();
        for (Event event : content.get((int) (frozen - 1_001)).reversed()) {
            SubscribeUpdate update = event.update();
            if (!update.hasAccount()
                    || written.add(update.getAccount().getAccount().getPubkey())) {
                all.addFirst(update);
            }
        }
        return all;
    }

    void stop() {
        stopped = true;
    }

    /** The key of that number, in base58. */
    static String key(int number) {
        return Base58.encode(keyBytes(number).toByteArray());
    }

    static ByteString keyBytes(int number) {
        byte[] key = new byte[32];
        java.util.Arrays.fill(key, (byte) (number + 1));
        return ByteString.copyFrom(key);
    }

    private void beginSlot() {
        if (stopped) {
            return;
        }
        slot++;
        content.add(new ArrayList<>());
        status(SlotStatus.SLOT_FIRST_SHRED_RECEIVED, slot);
        status(SlotStatus.SLOT_CREATED_BANK, slot);
        long step = SLOT.toNanos() / (perSlot + 2);
        long mine = slot;
        for (int i = 1; i <= perSlot; i++) {
            time.after(step * i, () -> something(mine));
        }
        time.after(step * (perSlot + 1), () -> endSlot(mine));
        time.after(SLOT.toNanos(), this::beginSlot);
    }

    private void something(long inSlot) {
        switch (random.nextInt(4)) {
            case 0 -> content(inSlot, account(inSlot));
            case 1, 2 -> transaction(inSlot);
            default -> content(inSlot, entry(inSlot));
        }
    }

    private void endSlot(long ended) {
        status(SlotStatus.SLOT_COMPLETED, ended);
        seal(ended, CommitmentLevel.PROCESSED);
        status(SlotStatus.SLOT_PROCESSED, ended);
        replayAt(ended - CONFIRMED_AFTER, CommitmentLevel.CONFIRMED, SlotStatus.SLOT_CONFIRMED);
        replayAt(ended - FINALIZED_AFTER, CommitmentLevel.FINALIZED, SlotStatus.SLOT_FINALIZED);
    }

    private void replayAt(long reached, CommitmentLevel level, SlotStatus status) {
        int index = content.size() - 1 - (int) (slot - reached);
        if (index < 0) {
            return;
        }
        for (Event event : content.get(index)) {
            tell(EnumSet.of(level), event.update());
        }
        seal(reached, level);
        status(status, reached);
    }

    private void seal(long sealed, CommitmentLevel level) {
        reached.put(level, sealed);
        sealed(sealed).forEach(update -> tell(EnumSet.of(level), update));
    }

    private List<SubscribeUpdate> sealed(long sealed) {
        int index = content.size() - 1 - (int) (slot - sealed);
        SubscribeUpdateBlock.Builder block = SubscribeUpdateBlock.newBuilder()
                .setSlot(sealed)
                .setBlockhash("hash" + sealed)
                .setExecutedTransactionCount(content.get(index).size());
        for (Event event : content.get(index)) {
            if (event.update().hasTransaction()) {
                block.addTransactions(event.update().getTransaction().getTransaction());
            }
        }
        return List.of(
                SubscribeUpdate.newBuilder().setBlock(block).build(),
                SubscribeUpdate.newBuilder()
                        .setBlockMeta(SubscribeUpdateBlockMeta.newBuilder()
                                .setSlot(sealed)
                                .setBlockhash("hash" + sealed))
                        .build());
    }

    private void status(SlotStatus status, long of) {
        tell(ALL_RINGS, updateOf(status, of));
    }

    private static SubscribeUpdate updateOf(SlotStatus status, long of) {
        return SubscribeUpdate.newBuilder()
                .setSlot(SubscribeUpdateSlot.newBuilder().setSlot(of).setStatus(status))
                .build();
    }

    private SubscribeUpdate account(long inSlot) {
        byte[] data = new byte[40];
        random.nextBytes(data);
        return SubscribeUpdate.newBuilder()
                .setAccount(SubscribeUpdateAccount.newBuilder()
                        .setSlot(inSlot)
                        .setAccount(SubscribeUpdateAccountInfo.newBuilder()
                                .setPubkey(keyBytes(random.nextInt(KEYS)))
                                .setOwner(keyBytes(random.nextInt(KEYS)))
                                .setLamports(random.nextInt(1_000))
                                .setData(ByteString.copyFrom(data))
                                .setWriteVersion(++serial)))
                .build();
    }

    private SubscribeUpdate entry(long inSlot) {
        return SubscribeUpdate.newBuilder()
                .setEntry(SubscribeUpdateEntry.newBuilder().setSlot(inSlot).setIndex(++serial))
                .build();
    }

    private void transaction(long inSlot) {
        ByteString signature = ByteString.copyFrom(
                java.nio.ByteBuffer.allocate(64).putInt(++serial).array());
        Message.Builder message = Message.newBuilder();
        for (int key = 0; key < KEYS; key++) {
            if (random.nextInt(3) == 0) {
                message.addAccountKeys(keyBytes(key));
            }
        }
        SubscribeUpdateTransactionInfo info = SubscribeUpdateTransactionInfo.newBuilder()
                .setSignature(signature)
                .setIsVote(random.nextBoolean())
                .setTransaction(
                        Transaction.newBuilder().addSignatures(signature).setMessage(message))
                .setMeta(TransactionStatusMeta.getDefaultInstance())
                .build();
        content(
                inSlot,
                SubscribeUpdate.newBuilder()
                        .setTransaction(SubscribeUpdateTransaction.newBuilder()
                                .setSlot(inSlot)
                                .setTransaction(info))
                        .build());
        // Which keys it has, its status does not say: it travels as a field that our schema does not know.
        content(
                inSlot,
                SubscribeUpdate.newBuilder()
                        .setTransactionStatus(SubscribeUpdateTransactionStatus.newBuilder()
                                .setSlot(inSlot)
                                .setSignature(signature)
                                .setIsVote(info.getIsVote())
                                .setUnknownFields(UnknownFieldSet.newBuilder()
                                        .addField(
                                                1_000,
                                                UnknownFieldSet.Field.newBuilder()
                                                        .addLengthDelimited(info.toByteString())
                                                        .build())
                                        .build()))
                        .build());
    }

    private static SubscribeUpdateTransactionInfo transactionOf(SubscribeUpdateTransactionStatus status) {
        try {
            return SubscribeUpdateTransactionInfo.parseFrom(status.getUnknownFields()
                    .getField(1_000)
                    .getLengthDelimitedList()
                    .getFirst());
        } catch (com.google.protobuf.InvalidProtocolBufferException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private void content(long inSlot, SubscribeUpdate update) {
        SubscribeUpdate marked = update.toBuilder()
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                2_000,
                                UnknownFieldSet.Field.newBuilder()
                                        .addVarint(++serial)
                                        .build())
                        .build())
                .build();
        int index = content.size() - 1 - (int) (slot - inSlot);
        content.get(index).add(tell(EnumSet.of(CommitmentLevel.PROCESSED), marked));
    }

    private Event tell(Set<CommitmentLevel> rings, SubscribeUpdate update) {
        Event event = new Event(time.nanos(), rings, update);
        listener.accept(event);
        return event;
    }
}
