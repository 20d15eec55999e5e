package io.firehole.simulation;

import com.google.protobuf.ByteString;
import io.firehole.filters.Base58;
import io.firehole.filters.CuckooSet;
import io.firehole.filters.PublicKey;
import io.firehole.wire.proto.CuckooFilter;
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
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Filters of every kind with every condition, made of what the block has, so that they match something and not everything;
 * now and then nothing. A few keys turn up again and again, so that filters of different monitors meet.
 */
final class RandomFilters {

    private static final int POPULAR = 6;

    private final RandomGenerator random;
    private final SmallBlock block;
    private final List<String> signatures;
    private final List<ByteString> popularKeys = new ArrayList<>();
    private final List<ByteString> popularAccounts = new ArrayList<>();

    /** @param signatures that will turn up */
    RandomFilters(RandomGenerator random, SmallBlock block, List<String> signatures) {
        this.random = random;
        this.block = block;
        this.signatures = signatures;
        for (int i = 0; i < POPULAR; i++) {
            popularKeys.add(anyTransactionKey());
            popularAccounts.add(one(block.accounts).getPubkey());
        }
    }

    SubscribeRequestFilterAccounts accounts() {
        SubscribeRequestFilterAccounts.Builder filter = SubscribeRequestFilterAccounts.newBuilder();
        if (chance(50)) {
            for (int i = few(3); i > 0; i--) {
                filter.addAccount(
                        text(chance(60) ? one(popularAccounts) : account().getPubkey()));
            }
        }
        if (chance(40)) {
            for (int i = few(2); i > 0; i--) {
                filter.addOwner(text(chance(10) ? absentKey() : account().getOwner()));
            }
        }
        if (chance(8)) {
            filter.setCuckooAccountsFilter(cuckoo(account().getPubkey()));
        }
        if (chance(10)) {
            filter.setNonemptyTxnSignature(chance(50));
        }
        if (chance(25)) {
            SubscribeUpdateAccountInfo like = account();
            for (int i = few(3); i > 0; i--) {
                filter.addFilters(condition(like));
            }
        }
        return filter.build();
    }

    private SubscribeRequestFilterAccountsFilter condition(SubscribeUpdateAccountInfo like) {
        SubscribeRequestFilterAccountsFilter.Builder condition = SubscribeRequestFilterAccountsFilter.newBuilder();
        return switch (random.nextInt(5)) {
            case 0 -> condition.setDatasize(like.getData().size()).build();
            case 1 -> condition.setTokenAccountState(true).build();
            case 2, 3 -> condition.setMemcmp(memcmp(like.getData())).build();
            default -> condition.setLamports(lamports(like.getLamports())).build();
        };
    }

    private SubscribeRequestFilterAccountsFilterMemcmp memcmp(ByteString data) {
        int size = data.size();
        int offset = size == 0 ? 0 : random.nextInt(Math.min(size, 64));
        ByteString bytes = data.substring(offset, Math.min(size, offset + 1 + random.nextInt(8)));
        if (bytes.isEmpty()) {
            bytes = ByteString.copyFrom(new byte[] {1});
        }
        SubscribeRequestFilterAccountsFilterMemcmp.Builder memcmp =
                SubscribeRequestFilterAccountsFilterMemcmp.newBuilder().setOffset(offset);
        return switch (random.nextInt(3)) {
            case 0 -> memcmp.setBytes(bytes).build();
            case 1 -> memcmp.setBase58(text(bytes)).build();
            default ->
                memcmp.setBase64(Base64.getEncoder().encodeToString(bytes.toByteArray()))
                        .build();
        };
    }

    private SubscribeRequestFilterAccountsFilterLamports lamports(long lamports) {
        SubscribeRequestFilterAccountsFilterLamports.Builder condition =
                SubscribeRequestFilterAccountsFilterLamports.newBuilder();
        return switch (random.nextInt(4)) {
            case 0 -> condition.setEq(lamports).build();
            case 1 -> condition.setNe(lamports).build();
            case 2 -> condition.setLt(lamports).build();
            default -> condition.setGt(lamports).build();
        };
    }

    SubscribeRequestFilterTransactions transactions() {
        SubscribeRequestFilterTransactions.Builder filter = SubscribeRequestFilterTransactions.newBuilder();
        if (chance(30)) {
            filter.setVote(chance(30));
        }
        if (chance(25)) {
            filter.setFailed(chance(40));
        }
        if (chance(6)) {
            filter.setSignature(one(signatures));
        }
        if (chance(60)) {
            for (int i = few(3); i > 0; i--) {
                filter.addAccountInclude(text(transactionKey()));
            }
        }
        if (chance(8)) {
            filter.setCuckooAccountInclude(cuckoo(transactionKey()));
        }
        if (chance(20)) {
            for (int i = few(2); i > 0; i--) {
                filter.addAccountExclude(text(transactionKey()));
            }
        }
        if (chance(20)) {
            for (int i = few(2); i > 0; i--) {
                filter.addAccountRequired(text(transactionKey()));
            }
        }
        if (chance(15)) {
            filter.setTokenAccountsValue(random.nextInt(2));
        }
        return filter.build();
    }

    SubscribeRequestFilterSlots slots() {
        SubscribeRequestFilterSlots.Builder filter = SubscribeRequestFilterSlots.newBuilder();
        if (chance(40)) {
            filter.setFilterByCommitment(chance(50));
        }
        if (chance(40)) {
            filter.setInterslotUpdates(chance(50));
        }
        return filter.build();
    }

    SubscribeRequestFilterBlocks blocks() {
        SubscribeRequestFilterBlocks.Builder filter = SubscribeRequestFilterBlocks.newBuilder();
        if (chance(60)) {
            for (int i = few(3); i > 0; i--) {
                filter.addAccountInclude(text(transactionKey()));
            }
        }
        if (chance(8)) {
            filter.setCuckooAccountInclude(cuckoo(transactionKey()));
        }
        if (chance(40)) {
            filter.setIncludeTransactions(chance(50));
        }
        if (chance(40)) {
            filter.setIncludeAccounts(chance(50));
        }
        if (chance(40)) {
            filter.setIncludeEntries(chance(50));
        }
        return filter.build();
    }

    /** Of those that turn up again and again, for lists of keys that a provider rejects. */
    String popularKey() {
        return text(chance(50) ? one(popularKeys) : one(popularAccounts));
    }

    String owner() {
        return text(account().getOwner());
    }

    private SubscribeUpdateAccountInfo account() {
        return one(block.accounts);
    }

    private ByteString transactionKey() {
        if (chance(60)) {
            return one(popularKeys);
        }
        return chance(10) ? absentKey() : anyTransactionKey();
    }

    /** A key of a transaction, one that it loads, or the owner of a token balance. */
    private ByteString anyTransactionKey() {
        SubscribeUpdateTransactionInfo info = one(block.transactions);
        List<ByteString> keys =
                new ArrayList<>(info.getTransaction().getMessage().getAccountKeysList());
        keys.addAll(info.getMeta().getLoadedWritableAddressesList());
        List<TokenBalance> balances = info.getMeta().getPostTokenBalancesList();
        if (!balances.isEmpty() && chance(30)) {
            return ByteString.copyFrom(Base58.decode(one(balances).getOwner()));
        }
        return one(keys);
    }

    private ByteString absentKey() {
        byte[] key = new byte[PublicKey.BYTES];
        key[0] = 1;
        key[1] = (byte) random.nextInt(4);
        return ByteString.copyFrom(key);
    }

    private static CuckooFilter cuckoo(ByteString key) {
        CuckooSet set = new CuckooSet(4);
        set.insert(PublicKey.of(key));
        return set.encode();
    }

    private static String text(ByteString key) {
        return Base58.encode(key.toByteArray());
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private int few(int most) {
        return 1 + random.nextInt(most);
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }
}
