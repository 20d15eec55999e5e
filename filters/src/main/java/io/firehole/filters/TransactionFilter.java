package io.firehole.filters;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.SubscribeRequestFilterDeshredTransactions;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One filter of transactions, transactions_status or deshred_transactions: all that it states must hold.
 *
 * @param vote whether it must be a vote, or null
 * @param failed whether it must have failed, or null
 * @param signature the first signature, or null
 * @param include one of them must be among the keys, or one of those in the cuckoo set
 * @param cuckoo see include, or null
 * @param exclude none of them may be among the keys
 * @param required all of them must be among the keys
 * @param expansion which keys the four above look at
 */
record TransactionFilter(
        @Nullable Boolean vote,
        @Nullable Boolean failed,
        @Nullable ByteString signature,
        KeySet include,
        @Nullable CuckooSet cuckoo,
        KeySet exclude,
        KeySet required,
        TokenExpansion expansion) {

    private static final int SIGNATURE_BYTES = 64;

    /** How many keys an objection names. */
    private static final int KEYS_SHOWN = 3;

    /** The longest base58 text of a signature: longer ones are refused unread. */
    private static final int SIGNATURE_CHARS_MAX = 88;

    /** The checks in the order of the reference server, the length of the name among them. */
    static TransactionFilter compile(
            String name, SubscribeRequestFilterTransactions filter, FilterLimits.Transactions limits, int nameBytes)
            throws InvalidFilterException {
        boolean empty = !filter.hasVote()
                && !filter.hasFailed()
                && filter.getAccountIncludeCount() == 0
                && !filter.hasCuckooAccountInclude()
                && filter.getAccountExcludeCount() == 0
                && filter.getAccountRequiredCount() == 0
                && !filter.hasTokenAccounts();
        LimitCheck.any(empty, limits.any());
        LimitCheck.keys(filter.getAccountIncludeCount(), limits.accountIncludeMax(), "account_include");
        LimitCheck.keys(filter.getAccountExcludeCount(), limits.accountExcludeMax(), "account_exclude");
        LimitCheck.keys(filter.getAccountRequiredCount(), limits.accountRequiredMax(), "account_required");
        if (filter.hasCuckooAccountInclude()) {
            LimitCheck.max(filter.getCuckooAccountInclude().getData().size(), limits.cuckooBytesMax());
        }
        LimitCheck.name(name, nameBytes);
        return new TransactionFilter(
                filter.hasVote() ? filter.getVote() : null,
                filter.hasFailed() ? filter.getFailed() : null,
                filter.hasSignature() ? signature(filter.getSignature()) : null,
                KeyList.compile("account_include", filter.getAccountIncludeList(), limits.accountIncludeReject()),
                filter.hasCuckooAccountInclude() ? CuckooSet.of(filter.getCuckooAccountInclude()) : null,
                KeyList.compile("account_exclude", filter.getAccountExcludeList(), Set.of()),
                KeyList.compile("account_required", filter.getAccountRequiredList(), Set.of()),
                filter.hasTokenAccounts() ? TokenExpansion.of(filter.getTokenAccountsValue()) : TokenExpansion.NONE);
    }

    /** As {@link #compile(String, SubscribeRequestFilterTransactions, FilterLimits.Transactions, int)}. */
    static TransactionFilter compile(
            String name,
            SubscribeRequestFilterDeshredTransactions filter,
            FilterLimits.Transactions limits,
            int nameBytes)
            throws InvalidFilterException {
        boolean empty = !filter.hasVote()
                && filter.getAccountIncludeCount() == 0
                && filter.getAccountExcludeCount() == 0
                && filter.getAccountRequiredCount() == 0;
        LimitCheck.any(empty, limits.any());
        LimitCheck.keys(filter.getAccountIncludeCount(), limits.accountIncludeMax(), "account_include");
        LimitCheck.keys(filter.getAccountExcludeCount(), limits.accountExcludeMax(), "account_exclude");
        LimitCheck.keys(filter.getAccountRequiredCount(), limits.accountRequiredMax(), "account_required");
        LimitCheck.name(name, nameBytes);
        return new TransactionFilter(
                filter.hasVote() ? filter.getVote() : null,
                null,
                null,
                KeyList.compile("account_include", filter.getAccountIncludeList(), limits.accountIncludeReject()),
                null,
                KeyList.compile("account_exclude", filter.getAccountExcludeList(), Set.of()),
                KeyList.compile("account_required", filter.getAccountRequiredList(), Set.of()),
                TokenExpansion.NONE);
    }

    private static ByteString signature(String base58) throws InvalidFilterException {
        if (LimitCheck.utf8Bytes(base58) > SIGNATURE_CHARS_MAX) {
            throw InvalidFilterException.because("string decoded to wrong size for signature")
                    .in("signature");
        }
        byte[] bytes = Base58.decodeOrNull(base58);
        if (bytes == null) {
            throw InvalidFilterException.because("failed to decode string to signature")
                    .in("signature");
        }
        if (bytes.length != SIGNATURE_BYTES) {
            throw InvalidFilterException.because("string decoded to wrong size for signature")
                    .in("signature");
        }
        return ByteString.copyFrom(bytes);
    }

    boolean matches(TransactionFacts transaction) {
        if (vote != null && vote != transaction.vote()) {
            return false;
        }
        if (failed != null && failed != transaction.failed()) {
            return false;
        }
        if (signature != null && !signature.equals(transaction.signature())) {
            return false;
        }
        if (include.isEmpty() && cuckoo == null && exclude.isEmpty() && required.isEmpty()) {
            return true;
        }
        KeySet keys = transaction.keys(expansion);
        return keys.containsAll(required) && included(keys) && !exclude.overlaps(keys);
    }

    /**
     * The first condition that does not hold, in words; null if the filter matches. For people who ask why: it says what
     * {@link #matches} decides, at more cost.
     */
    @Nullable
    String objection(TransactionFacts transaction) {
        if (vote != null && vote != transaction.vote()) {
            return "vote must be " + vote + ", is " + transaction.vote();
        }
        if (failed != null && failed != transaction.failed()) {
            return "failed must be " + failed + ", is " + transaction.failed();
        }
        if (signature != null && !signature.equals(transaction.signature())) {
            return "signature must be " + Base58.encode(signature.toByteArray());
        }
        KeySet keys = transaction.keys(expansion);
        String among = "the transaction's " + keys.size() + " keys"
                + (expansion == TokenExpansion.NONE ? "" : " (owners of token accounts included)");
        if (!keys.containsAll(required)) {
            return "account_required: not among " + among + ": " + shown(required, key -> !keys.contains(key));
        }
        if (!included(keys)) {
            return "account_include: none of its " + include.size() + " keys is among " + among
                    + (cuckoo == null ? "" : ", nor is one in its cuckoo filter");
        }
        return exclude.overlaps(keys)
                ? "account_exclude: among " + among + ": " + shown(exclude, keys::contains)
                : null;
    }

    /** The first few of the keys that are meant. */
    private static String shown(KeySet keys, Predicate<PublicKey> meant) {
        StringBuilder text = new StringBuilder();
        int count = 0;
        for (int i = 0; i < keys.size(); i++) {
            if (meant.test(keys.key(i)) && ++count <= KEYS_SHOWN) {
                text.append(count == 1 ? "" : ", ").append(keys.key(i));
            }
        }
        return count > KEYS_SHOWN ? text + " and " + (count - KEYS_SHOWN) + " more" : text.toString();
    }

    private boolean included(KeySet keys) {
        if (include.isEmpty() && cuckoo == null) {
            return true;
        }
        return include.overlaps(keys) || (cuckoo != null && cuckoo.containsAny(keys));
    }

    /** Keys of which a matching transaction must have one; null if it need not. */
    @Nullable
    KeySet anchor() {
        if (!include.isEmpty() && cuckoo == null) {
            return include;
        }
        return required.isEmpty() ? null : KeySet.of(List.of(required.key(0)));
    }
}
