package io.firehole.simulator.chain;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.firehole.filters.FilterSet;
import io.firehole.filters.TransactionFacts;
import io.firehole.simulator.chain.RingEvent.Block;
import io.firehole.simulator.chain.RingEvent.BlockMeta;
import io.firehole.simulator.chain.RingEvent.Data;
import io.firehole.simulator.chain.RingEvent.Status;
import io.firehole.wire.proto.SlotStatus;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one compiled filter set matches in this chain, worked out once, since every slot carries the same transactions
 * and accounts; then turning a {@link RingEvent} into messages is copying. Only filters by {@code signature} are asked
 * anew for every slot.
 *
 * <p>Immutable and shared freely between threads. Made by {@link Chain#match}.
 */
public final class Matches {
    /** Where {@link #write} starts with an event. */
    public static final int START = 0;

    /** What {@link #write} returns when nothing is left of an event. */
    public static final int DONE = -1;

    private final Slots slots;
    private final FilterSet set;
    private final boolean bySignature;
    private final boolean anyData;
    private final @Nullable NameList[] accounts;
    private final @Nullable NameList[] transactions;
    private final @Nullable NameList[] transactionStatuses;
    private final @Nullable NameList entries;
    private final @Nullable NameList blocksMeta;
    private final Map<SlotStatus, NameList> statuses = new EnumMap<>(SlotStatus.class);
    private final List<BlockShape> blocks = new ArrayList<>();
    private final AccountCut cut;

    Matches(Slots slots, FilterSet set) {
        this.slots = slots;
        this.set = set;
        PlayedFacts facts = slots.templates().facts;
        NameList.Pool pool = new NameList.Pool();
        bySignature = set.hasSignatures();
        accounts = names(facts.accounts(), set::accounts, pool);
        transactions = names(facts.transactions(), set::transactions, pool);
        transactionStatuses = names(facts.transactions(), set::transactionStatuses, pool);
        entries = pool.get(set.entries());
        blocksMeta = pool.get(set.blocksMeta());
        for (SlotStatus status : SlotStatus.values()) {
            NameList names = status == SlotStatus.UNRECOGNIZED ? null : pool.get(set.slots(status));
            if (names != null) {
                statuses.put(status, names);
            }
        }
        set.blocks().forEach((name, filter) -> blocks.add(new BlockShape(name, filter, facts)));
        cut = AccountCut.of(set, slots.templates());
        anyData = bySignature || entries != null || any(accounts) || any(transactions) || any(transactionStatuses);
    }

    private static <T> @Nullable NameList[] names(List<T> facts, Function<T, List<String>> match, NameList.Pool pool) {
        @Nullable NameList[] names = new @Nullable NameList[facts.size()];
        for (int i = 0; i < names.length; i++) {
            names[i] = pool.get(match.apply(facts.get(i)));
        }
        return names;
    }

    private static boolean any(@Nullable NameList[] names) {
        for (NameList found : names) {
            if (found != null) {
                return true;
            }
        }
        return false;
    }

    /**
     * Gives the sink the messages of this event that the filters match, in order, one per kind with all matching names
     * in {@code filters}; blocks one per name.
     *
     * @param at {@link #START}, or what the last call for this event returned
     * @return {@link #DONE}, or where to go on, if the sink stopped
     */
    public int write(RingEvent event, int at, UpdateSink sink) {
        return walk(event, at, new UpdateEncoder(event, slots, cut, sink));
    }

    /** Names what {@link #write} would send for this event. */
    public void identify(RingEvent event, IdentifierSink sink) {
        walk(event, START, new Identification(event, slots, sink));
    }

    private int walk(RingEvent event, int at, MatchVisitor visitor) {
        return switch (event) {
            case Data data -> anyData ? walkData(data, at, visitor) : DONE;
            case Block block -> walkBlocks(at, visitor);
            case BlockMeta meta -> {
                if (blocksMeta != null) {
                    visitor.blockMeta(blocksMeta);
                }
                yield DONE;
            }
            case Status status -> {
                NameList names = statuses.get(status.status());
                if (names != null) {
                    visitor.slot(names, status);
                }
                yield DONE;
            }
        };
    }

    private int walkBlocks(int at, MatchVisitor visitor) {
        for (int i = at; i < blocks.size(); i++) {
            if (!visitor.block(blocks.get(i))) {
                return i + 1;
            }
        }
        return DONE;
    }

    /** Counts two steps per position, since a transaction can go out as itself and as its status. */
    private int walkData(Data data, int at, MatchVisitor visitor) {
        SlotLayout layout = slots.derivation().layout(data.slot());
        boolean statusOnly = at % 2 == 1;
        for (int position = data.from() + at / 2; position < data.to(); position++) {
            int index = layout.index(position);
            int step = 2 * (position - data.from());
            switch (layout.kind(position)) {
                case SlotLayout.ACCOUNT -> {
                    NameList names = accounts[index];
                    if (names != null && counts(data, index) && !visitor.account(names, index)) {
                        return step + 2;
                    }
                }
                case SlotLayout.TRANSACTION -> {
                    NameList names = statusOnly ? null : txNames(data.slot(), index);
                    if (names != null && !visitor.transaction(names, index)) {
                        return step + 1;
                    }
                    NameList ofStatus = statusNames(data.slot(), index);
                    if (ofStatus != null && !visitor.transactionStatus(ofStatus, index)) {
                        return step + 2;
                    }
                    statusOnly = false;
                }
                default -> {
                    if (entries != null && !visitor.entry(entries, index)) {
                        return step + 2;
                    }
                }
            }
        }
        return DONE;
    }

    private boolean counts(Data data, int account) {
        return !data.lastWritesOnly() || slots.templates().facts.lastWrites().get(account);
    }

    private @Nullable NameList txNames(long slot, int transaction) {
        return bySignature ? named(set.transactions(signed(slot, transaction))) : transactions[transaction];
    }

    private @Nullable NameList statusNames(long slot, int transaction) {
        return bySignature
                ? named(set.transactionStatuses(signed(slot, transaction)))
                : transactionStatuses[transaction];
    }

    private TransactionFacts signed(long slot, int transaction) {
        ByteString signature =
                UnsafeByteOperations.unsafeWrap(slots.derivation().signature(slot, transaction));
        return slots.templates().facts.transactions().get(transaction).withSignature(signature);
    }

    private static @Nullable NameList named(List<String> names) {
        return names.isEmpty() ? null : NameList.of(names);
    }
}
