package io.firehole.filters;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.CuckooFilter;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestAccountsDataSlice;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterAccountsFilter;
import io.firehole.wire.proto.SubscribeRequestFilterAccountsFilterLamports;
import io.firehole.wire.proto.SubscribeRequestFilterAccountsFilterMemcmp;
import io.firehole.wire.proto.SubscribeRequestFilterBlocks;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import io.firehole.wire.proto.storage.TokenBalance;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Valid requests drawn from what a recording has, so that they match something and not everything. */
final class RandomRequests {

    private static final int FILTERS_MAX = 2 * KeyIndex.SCAN_MAX;

    private final Random random;
    private final List<SubscribeUpdateTransactionInfo> transactions;
    private final List<SubscribeUpdateAccountInfo> accounts;
    private final Map<ByteString, CuckooFilter> oneKeySets = new HashMap<>();

    RandomRequests(
            Random random,
            List<SubscribeUpdateTransactionInfo> transactions,
            List<SubscribeUpdateAccountInfo> accounts) {
        this.random = random;
        this.transactions = transactions;
        this.accounts = accounts;
    }

    SubscribeRequest next() {
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder();
        for (int i = random.nextInt(FILTERS_MAX); i >= 0; i--) {
            request.putTransactions(name(i), transactionFilter());
        }
        for (int i = random.nextInt(FILTERS_MAX); i >= 0; i--) {
            request.putAccounts(name(i), accountFilter());
        }
        for (int i = random.nextInt(3); i >= 0; i--) {
            request.putBlocks(name(i), blockFilter());
            request.putSlots(name(i), slotFilter());
        }
        if (chance(2)) {
            request.setCommitment(CommitmentLevel.forNumber(random.nextInt(3)));
        }
        return request.build();
    }

    private String name(int i) {
        return i + "-" + random.nextInt(1_000);
    }

    private SubscribeRequestFilterTransactions transactionFilter() {
        SubscribeRequestFilterTransactions.Builder filter = SubscribeRequestFilterTransactions.newBuilder();
        if (chance(4)) {
            filter.setVote(chance(2));
        }
        if (chance(4)) {
            filter.setFailed(chance(2));
        }
        if (chance(12)) {
            filter.setSignature(Base58.encode(one(transactions).getSignature().toByteArray()));
        }
        if (chance(2)) {
            filter.addAllAccountInclude(transactionKeys(4));
        }
        if (chance(8)) {
            filter.setCuckooAccountInclude(cuckoo(transactionKey()));
        }
        if (chance(3)) {
            filter.addAllAccountExclude(transactionKeys(3));
        }
        if (chance(3)) {
            filter.addAllAccountRequired(transactionKeys(2));
        }
        if (chance(3)) {
            filter.setTokenAccountsValue(random.nextInt(2));
        }
        return filter.build();
    }

    private List<String> transactionKeys(int max) {
        List<String> keys = new ArrayList<>();
        for (int i = random.nextInt(max); i >= 0; i--) {
            keys.add(Base58.encode(transactionKey().toByteArray()));
        }
        return keys;
    }

    /** Of a random transaction: a key of it, one it loads, the owner of a token balance; or one that does not occur. */
    private ByteString transactionKey() {
        SubscribeUpdateTransactionInfo info = one(transactions);
        List<ByteString> keys =
                new ArrayList<>(info.getTransaction().getMessage().getAccountKeysList());
        if (chance(2)) {
            keys.addAll(info.getMeta().getLoadedWritableAddressesList());
            keys.addAll(info.getMeta().getLoadedReadonlyAddressesList());
        }
        List<TokenBalance> balances = chance(2)
                ? info.getMeta().getPreTokenBalancesList()
                : info.getMeta().getPostTokenBalancesList();
        if (chance(3) && !balances.isEmpty()) {
            return ByteString.copyFrom(Base58.decode(one(balances).getOwner()));
        }
        return chance(20) ? absentKey() : one(keys);
    }

    private ByteString absentKey() {
        byte[] key = new byte[PublicKey.BYTES];
        random.nextBytes(key);
        return ByteString.copyFrom(key);
    }

    private CuckooFilter cuckoo(ByteString key) {
        return oneKeySets.computeIfAbsent(key, bytes -> {
            CuckooSet set = new CuckooSet(5, random.nextLong());
            set.insert(PublicKey.of(bytes));
            return set.encode();
        });
    }

    private SubscribeRequestFilterAccounts accountFilter() {
        SubscribeRequestFilterAccounts.Builder filter = SubscribeRequestFilterAccounts.newBuilder();
        if (chance(3)) {
            for (int i = random.nextInt(4); i >= 0; i--) {
                filter.addAccount(Base58.encode(one(accounts).getPubkey().toByteArray()));
            }
        }
        if (chance(8)) {
            filter.setCuckooAccountsFilter(cuckoo(one(accounts).getPubkey()));
        }
        if (chance(3)) {
            for (int i = random.nextInt(2); i >= 0; i--) {
                ByteString owner = chance(8) ? absentKey() : one(accounts).getOwner();
                filter.addOwner(Base58.encode(owner.toByteArray()));
            }
        }
        if (chance(4)) {
            filter.setNonemptyTxnSignature(chance(2));
        }
        boolean sized = false;
        for (int i = random.nextInt(5); i > 0; i--) {
            SubscribeRequestFilterAccountsFilter condition = condition(one(accounts));
            if (!(sized && condition.hasDatasize())) {
                filter.addFilters(condition);
                sized |= condition.hasDatasize();
            }
        }
        return filter.build();
    }

    private SubscribeRequestFilterAccountsFilter condition(SubscribeUpdateAccountInfo like) {
        SubscribeRequestFilterAccountsFilter.Builder condition = SubscribeRequestFilterAccountsFilter.newBuilder();
        return switch (random.nextInt(4)) {
            case 0 -> condition.setDatasize(like.getData().size()).build();
            case 1 -> condition.setTokenAccountState(true).build();
            case 2 -> condition.setLamports(lamports(like.getLamports())).build();
            default -> condition.setMemcmp(memcmp(like.getData())).build();
        };
    }

    private SubscribeRequestFilterAccountsFilterLamports lamports(long like) {
        long value = chance(6) ? random.nextLong() : like + random.nextInt(3) - 1;
        SubscribeRequestFilterAccountsFilterLamports.Builder lamports =
                SubscribeRequestFilterAccountsFilterLamports.newBuilder();
        return switch (random.nextInt(4)) {
            case 0 -> lamports.setEq(value).build();
            case 1 -> lamports.setNe(value).build();
            case 2 -> lamports.setLt(value).build();
            default -> lamports.setGt(value).build();
        };
    }

    private SubscribeRequestFilterAccountsFilterMemcmp memcmp(ByteString like) {
        int from = random.nextInt(like.size() + 1);
        int to = from + random.nextInt(Math.min(128, like.size() - from) + 1);
        byte[] data = like.substring(from, to).toByteArray();
        if (chance(10) && data.length > 0) {
            data[random.nextInt(data.length)] ^= 1;
        }
        SubscribeRequestFilterAccountsFilterMemcmp.Builder memcmp =
                SubscribeRequestFilterAccountsFilterMemcmp.newBuilder()
                        .setOffset(chance(15) ? -random.nextInt(200) - 1L : from);
        return switch (random.nextInt(3)) {
            case 0 -> memcmp.setBytes(ByteString.copyFrom(data)).build();
            case 1 -> memcmp.setBase58(Base58.encode(data)).build();
            default ->
                memcmp.setBase64(Base64.getEncoder().encodeToString(data)).build();
        };
    }

    private SubscribeRequestFilterBlocks blockFilter() {
        SubscribeRequestFilterBlocks.Builder filter = SubscribeRequestFilterBlocks.newBuilder();
        if (chance(2)) {
            filter.addAllAccountInclude(transactionKeys(3));
        }
        if (chance(4)) {
            filter.setCuckooAccountInclude(cuckoo(transactionKey()));
        }
        if (chance(3)) {
            filter.setIncludeTransactions(chance(2));
        }
        if (chance(2)) {
            filter.setIncludeAccounts(!chance(4));
        }
        return filter.build();
    }

    private SubscribeRequestFilterSlots slotFilter() {
        SubscribeRequestFilterSlots.Builder filter = SubscribeRequestFilterSlots.newBuilder();
        if (chance(2)) {
            filter.setFilterByCommitment(chance(2));
        }
        if (chance(2)) {
            filter.setInterslotUpdates(chance(2));
        }
        return filter.build();
    }

    /** Often out of order or overlapping, now and then at the end of the numbers. */
    List<SubscribeRequestAccountsDataSlice> slices() {
        List<SubscribeRequestAccountsDataSlice> slices = new ArrayList<>();
        long from = 0;
        for (int i = random.nextInt(5); i > 0; i--) {
            from += random.nextInt(30) - (chance(6) ? 15 : 0);
            long length = chance(20) ? -1 - random.nextInt(40) : random.nextInt(30);
            slices.add(SubscribeRequestAccountsDataSlice.newBuilder()
                    .setOffset(chance(30) ? -1L - random.nextInt(3) : Math.max(0, from))
                    .setLength(length)
                    .build());
            from += chance(6) ? length / 2 : Math.max(0, length);
        }
        return slices;
    }

    private boolean chance(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }
}
