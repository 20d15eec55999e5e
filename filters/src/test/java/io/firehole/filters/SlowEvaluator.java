package io.firehole.filters;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.CuckooFilter;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestAccountsDataSlice;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterAccountsFilter;
import io.firehole.wire.proto.SubscribeRequestFilterBlocks;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import io.firehole.wire.proto.TokenAccountExpansionControlFlag;
import io.firehole.wire.proto.storage.TokenBalance;
import io.firehole.wire.proto.storage.TransactionStatusMeta;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * What the protocol says of filters, a second time and as plainly as it can be said: straight from the messages, keys
 * as hex, numbers as big ones, nothing worked out beforehand, nothing shared with what is tested.
 */
final class SlowEvaluator {

    private static final String ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    private static final BigInteger TWO_64 = BigInteger.TWO.pow(64);

    private static final Map<String, String> HEX_OF_BASE58 = new ConcurrentHashMap<>();

    private SlowEvaluator() {}

    static List<String> transactions(
            Map<String, SubscribeRequestFilterTransactions> filters, SubscribeUpdateTransactionInfo info) {
        return filters.entrySet().stream()
                .filter(named -> transaction(named.getValue(), info))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static boolean transaction(SubscribeRequestFilterTransactions filter, SubscribeUpdateTransactionInfo info) {
        Set<String> keys = keys(info);
        if (filter.hasTokenAccounts()) {
            keys.addAll(
                    filter.getTokenAccounts() == TokenAccountExpansionControlFlag.ALL
                            ? owners(info.getMeta())
                            : changedOwners(info.getMeta()));
        }
        boolean asked = filter.getAccountIncludeCount() > 0 || filter.hasCuckooAccountInclude();
        boolean included =
                filter.getAccountIncludeList().stream().map(SlowEvaluator::hex).anyMatch(keys::contains)
                        || (filter.hasCuckooAccountInclude()
                                && keys.stream().anyMatch(key -> cuckoo(filter.getCuckooAccountInclude(), key)));
        return (!filter.hasVote() || filter.getVote() == info.getIsVote())
                && (!filter.hasFailed() || filter.getFailed() == info.getMeta().hasErr())
                && (!filter.hasSignature()
                        || hex(filter.getSignature())
                                .equals(hex(info.getTransaction().getSignatures(0))))
                && (!asked || included)
                && filter.getAccountExcludeList().stream()
                        .map(SlowEvaluator::hex)
                        .noneMatch(keys::contains)
                && filter.getAccountRequiredList().stream()
                        .map(SlowEvaluator::hex)
                        .allMatch(keys::contains);
    }

    private static Set<String> keys(SubscribeUpdateTransactionInfo info) {
        List<ByteString> all =
                new ArrayList<>(info.getTransaction().getMessage().getAccountKeysList());
        all.addAll(info.getMeta().getLoadedWritableAddressesList());
        all.addAll(info.getMeta().getLoadedReadonlyAddressesList());
        Set<String> keys = new TreeSet<>();
        all.forEach(key -> keys.add(hex(key)));
        return keys;
    }

    private static List<String> owners(TransactionStatusMeta meta) {
        List<String> owners = new ArrayList<>();
        meta.getPreTokenBalancesList().forEach(balance -> owners.add(hex(balance.getOwner())));
        meta.getPostTokenBalancesList().forEach(balance -> owners.add(hex(balance.getOwner())));
        return owners;
    }

    private static List<String> changedOwners(TransactionStatusMeta meta) {
        Map<Integer, String> before = amounts(meta.getPreTokenBalancesList());
        Map<Integer, String> after = amounts(meta.getPostTokenBalancesList());
        List<String> owners = new ArrayList<>();
        for (TokenBalance balance : meta.getPostTokenBalancesList()) {
            if (!balance.getUiTokenAmount().getAmount().equals(before.get(balance.getAccountIndex()))) {
                owners.add(hex(balance.getOwner()));
            }
        }
        for (TokenBalance balance : meta.getPreTokenBalancesList()) {
            if (!after.containsKey(balance.getAccountIndex())) {
                owners.add(hex(balance.getOwner()));
            }
        }
        return owners;
    }

    private static Map<Integer, String> amounts(List<TokenBalance> balances) {
        Map<Integer, String> amounts = new TreeMap<>();
        balances.forEach(balance -> amounts.put(
                balance.getAccountIndex(), balance.getUiTokenAmount().getAmount()));
        return amounts;
    }

    static List<String> accounts(
            Map<String, SubscribeRequestFilterAccounts> filters, SubscribeUpdateAccountInfo account) {
        return filters.entrySet().stream()
                .filter(named -> account(named.getValue(), account))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static boolean account(SubscribeRequestFilterAccounts filter, SubscribeUpdateAccountInfo account) {
        boolean asked = filter.getAccountCount() > 0 || filter.hasCuckooAccountsFilter();
        boolean listed =
                filter.getAccountList().stream().map(SlowEvaluator::hex).anyMatch(hex(account.getPubkey())::equals)
                        || (filter.hasCuckooAccountsFilter()
                                && cuckoo(filter.getCuckooAccountsFilter(), hex(account.getPubkey())));
        boolean owned = filter.getOwnerCount() == 0
                || filter.getOwnerList().stream().map(SlowEvaluator::hex).anyMatch(hex(account.getOwner())::equals);
        Predicate<SubscribeRequestFilterAccountsFilter> holds = condition -> condition(condition, account);
        return (!asked || listed)
                && owned
                && (!filter.hasNonemptyTxnSignature() || filter.getNonemptyTxnSignature() == account.hasTxnSignature())
                && filter.getFiltersList().stream().allMatch(holds);
    }

    private static boolean condition(
            SubscribeRequestFilterAccountsFilter condition, SubscribeUpdateAccountInfo account) {
        byte[] data = account.getData().toByteArray();
        if (condition.hasDatasize()) {
            return unsigned(condition.getDatasize()).equals(BigInteger.valueOf(data.length));
        }
        if (condition.hasTokenAccountState()) {
            boolean plain = data.length == 165;
            boolean extended = data.length > 165 && data.length != 355 && data[165] == 2;
            return (plain || extended) && data[108] != 0;
        }
        if (condition.hasLamports()) {
            BigInteger lamports = unsigned(account.getLamports());
            return switch (condition.getLamports().getCmpCase()) {
                case EQ -> lamports.equals(unsigned(condition.getLamports().getEq()));
                case NE -> !lamports.equals(unsigned(condition.getLamports().getNe()));
                case LT -> lamports.compareTo(unsigned(condition.getLamports().getLt())) < 0;
                case GT -> lamports.compareTo(unsigned(condition.getLamports().getGt())) > 0;
                case CMP_NOT_SET -> throw new AssertionError("no valid condition");
            };
        }
        byte[] wanted = switch (condition.getMemcmp().getDataCase()) {
            case BYTES -> condition.getMemcmp().getBytes().toByteArray();
            case BASE58 -> HexText.bytes(hex(condition.getMemcmp().getBase58()));
            case BASE64 ->
                Base64.getDecoder().decode(condition.getMemcmp().getBase64().getBytes(StandardCharsets.US_ASCII));
            case DATA_NOT_SET -> throw new AssertionError("no valid condition");
        };
        BigInteger offset = unsigned(condition.getMemcmp().getOffset());
        BigInteger end = offset.add(BigInteger.valueOf(wanted.length));
        return end.compareTo(BigInteger.valueOf(data.length)) <= 0
                && Arrays.equals(Arrays.copyOfRange(data, offset.intValue(), end.intValue()), wanted);
    }

    static List<String> slots(SubscribeRequest request, SlotStatus status) {
        boolean level = status.getNumber() < 3;
        List<String> names = new ArrayList<>();
        for (Map.Entry<String, SubscribeRequestFilterSlots> entry :
                request.getSlotsMap().entrySet()) {
            boolean commitmentHolds = !entry.getValue().getFilterByCommitment()
                    || status.getNumber() == request.getCommitment().getNumber();
            if (commitmentHolds && (level || entry.getValue().getInterslotUpdates())) {
                names.add(entry.getKey());
            }
        }
        return names;
    }

    static boolean keeps(SubscribeRequestFilterBlocks filter, SubscribeUpdateTransactionInfo info) {
        return (!filter.hasIncludeTransactions() || filter.getIncludeTransactions()) && keepsOne(filter, keys(info));
    }

    static boolean keeps(SubscribeRequestFilterBlocks filter, SubscribeUpdateAccountInfo account) {
        return filter.getIncludeAccounts() && keepsOne(filter, Set.of(hex(account.getPubkey())));
    }

    private static boolean keepsOne(SubscribeRequestFilterBlocks filter, Set<String> keys) {
        boolean all = filter.getAccountIncludeCount() == 0 && !filter.hasCuckooAccountInclude();
        return all
                || filter.getAccountIncludeList().stream()
                        .map(SlowEvaluator::hex)
                        .anyMatch(keys::contains)
                || (filter.hasCuckooAccountInclude()
                        && keys.stream().anyMatch(key -> cuckoo(filter.getCuckooAccountInclude(), key)));
    }

    static ByteString slice(List<SubscribeRequestAccountsDataSlice> slices, ByteString data) {
        if (slices.isEmpty()) {
            return data;
        }
        StringBuilder hex = new StringBuilder();
        for (SubscribeRequestAccountsDataSlice slice : slices) {
            BigInteger end = unsigned(slice.getOffset()).add(unsigned(slice.getLength()));
            if (end.compareTo(BigInteger.valueOf(data.size())) <= 0) {
                hex.append(hex(data), 2 * (int) slice.getOffset(), 2 * end.intValue());
            }
        }
        return ByteString.fromHex(hex.toString());
    }

    /** Each slice against each other, as the reference does it; empty if there is no fault. */
    static String sliceFault(List<SubscribeRequestAccountsDataSlice> slices) {
        for (int i = 0; i < slices.size(); i++) {
            BigInteger start = unsigned(slices.get(i).getOffset());
            for (SubscribeRequestAccountsDataSlice later : slices.subList(i + 1, slices.size())) {
                if (start.compareTo(unsigned(later.getOffset())) > 0) {
                    return "failed to create filter: data slices out of order";
                }
            }
            for (SubscribeRequestAccountsDataSlice earlier : slices.subList(0, i)) {
                if (start.compareTo(unsigned(earlier.getOffset()).add(unsigned(earlier.getLength()))) < 0) {
                    return "failed to create filter: data slices overlapped";
                }
            }
        }
        return "";
    }

    private static BigInteger unsigned(long number) {
        return BigInteger.valueOf(number).mod(TWO_64);
    }

    private static String hex(ByteString bytes) {
        return HexText.of(bytes.toByteArray());
    }

    /** Base58 as hex; remembered, since the same keys come again and again. */
    private static String hex(String base58) {
        return HEX_OF_BASE58.computeIfAbsent(base58, SlowEvaluator::decode);
    }

    private static String decode(String base58) {
        BigInteger number = BigInteger.ZERO;
        int zeros = 0;
        for (int i = 0; i < base58.length(); i++) {
            int digit = ALPHABET.indexOf(base58.charAt(i));
            if (digit < 0) {
                return "not base58";
            }
            number = number.multiply(BigInteger.valueOf(58)).add(BigInteger.valueOf(digit));
            zeros += number.signum() == 0 ? 1 : 0;
        }
        String hex = number.signum() == 0 ? "" : number.toString(16);
        return "00".repeat(zeros) + (hex.length() % 2 == 0 ? "" : "0") + hex;
    }

    private static boolean cuckoo(CuckooFilter filter, String key) {
        byte[] data = filter.getData().toByteArray();
        int buckets = data.length / 8;
        if (buckets == 0) {
            return false;
        }
        long hash = PlainSipHash.of(filter.getHashSeed(), HexText.bytes("2000000000000000" + key));
        int fingerprint = Math.max(1, (int) (hash >>> 32) & 0xffff);
        int first = (int) hash & (buckets - 1);
        byte[] two = {(byte) fingerprint, (byte) (fingerprint >> 8)};
        int second = first ^ ((int) PlainSipHash.of(filter.getHashSeed(), two) & (buckets - 1));
        for (int bucket : new int[] {first, second}) {
            for (int place = bucket * 8; place < bucket * 8 + 8; place += 2) {
                if (data[place] == two[0] && data[place + 1] == two[1]) {
                    return true;
                }
            }
        }
        return false;
    }
}
