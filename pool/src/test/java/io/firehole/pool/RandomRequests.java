package io.firehole.pool;

import com.google.protobuf.UnknownFieldSet;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestAccountsDataSlice;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterBlocks;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeRequestFilterEntry;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import java.util.List;
import java.util.Random;

/** Requests of all kinds, from so few names and keys that many collide. */
final class RandomRequests {

    /** Some look like our labels. */
    private static final List<String> NAMES = List.of("a", "pumpfun", "", "0", "1", "E1", "M", "ü~");

    private static final int KEYS = 4;

    private final Random random;

    /** How many in a hundred requests ask for another commitment, and for slices. */
    private final int otherStreamsPercent;

    /** Only kinds of filters, and such filters, of which several can be made one. */
    private boolean unitable;

    RandomRequests(Random random, int otherStreamsPercent) {
        this.random = random;
        this.otherStreamsPercent = otherStreamsPercent;
    }

    RandomRequests unitable() {
        unitable = true;
        return this;
    }

    SubscribeRequest next() {
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder();
        if (random.nextInt(20) == 0) {
            return request.build();
        }
        if (chance(otherStreamsPercent)) {
            request.setCommitment(chance(50) ? CommitmentLevel.CONFIRMED : CommitmentLevel.FINALIZED);
        } else if (chance(30)) {
            request.setCommitment(CommitmentLevel.PROCESSED);
        }
        if (chance(otherStreamsPercent)) {
            request.addAccountsDataSlice(
                    SubscribeRequestAccountsDataSlice.newBuilder().setOffset(8).setLength(16));
        }
        int filters = 1 + random.nextInt(unitable ? 2 : 5);
        for (int i = 0; i < filters; i++) {
            add(request, NAMES.get(random.nextInt(NAMES.size())));
        }
        boolean tooMany = request.getSlotsCount() > 1 || request.getBlocksMetaCount() > 1;
        return unitable && tooMany ? next() : request.build();
    }

    private void add(SubscribeRequest.Builder request, String name) {
        int kind = random.nextInt(9);
        switch (unitable && (kind == 4 || kind == 6) ? 5 : kind) {
            case 0, 1 -> request.putAccounts(name, accounts());
            case 2, 3 -> request.putTransactions(name, transactions());
            case 4 -> request.putTransactionsStatus(name, transactions());
            case 5 -> request.putSlots(name, slots());
            case 6 -> request.putBlocks(name, blocks());
            case 7 -> request.putBlocksMeta(name, SubscribeRequestFilterBlocksMeta.getDefaultInstance());
            default -> request.putEntry(name, SubscribeRequestFilterEntry.getDefaultInstance());
        }
    }

    private SubscribeRequestFilterAccounts accounts() {
        SubscribeRequestFilterAccounts.Builder filter = SubscribeRequestFilterAccounts.newBuilder();
        if (chance(70) || unitable) {
            filter.addAccount(key());
        }
        if (chance(40)) {
            filter.addOwner(key());
        }
        // What is unknown needs a call of its own.
        return otherStreamsPercent > 0 && chance(10)
                ? filter.setUnknownFields(unknown()).build()
                : filter.build();
    }

    private SubscribeRequestFilterTransactions transactions() {
        SubscribeRequestFilterTransactions.Builder filter = SubscribeRequestFilterTransactions.newBuilder();
        if (chance(30)) {
            filter.setVote(random.nextBoolean());
        }
        if (chance(60) || unitable) {
            filter.addAccountInclude(key());
        }
        if (chance(20)) {
            filter.addAccountExclude(key());
        }
        if (chance(20)) {
            filter.addAccountRequired(key());
        }
        return filter.build();
    }

    private SubscribeRequestFilterSlots slots() {
        SubscribeRequestFilterSlots.Builder filter = SubscribeRequestFilterSlots.newBuilder();
        if (chance(40)) {
            filter.setFilterByCommitment(random.nextBoolean());
        }
        if (chance(40)) {
            filter.setInterslotUpdates(random.nextBoolean());
        }
        return filter.build();
    }

    private SubscribeRequestFilterBlocks blocks() {
        SubscribeRequestFilterBlocks.Builder filter = SubscribeRequestFilterBlocks.newBuilder();
        if (chance(60)) {
            filter.addAccountInclude(key());
        }
        if (chance(40)) {
            filter.setIncludeTransactions(random.nextBoolean());
        }
        return filter.build();
    }

    private String key() {
        return FakeChain.key(random.nextInt(KEYS));
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    static UnknownFieldSet unknown() {
        return UnknownFieldSet.newBuilder()
                .addField(500, UnknownFieldSet.Field.newBuilder().addVarint(7).build())
                .build();
    }
}
