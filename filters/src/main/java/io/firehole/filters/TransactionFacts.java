package io.firehole.filters;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.SubscribeUpdateDeshredTransactionInfo;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import io.firehole.wire.proto.storage.Message;
import io.firehole.wire.proto.storage.TransactionStatusMeta;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What filters ask of a transaction: its first signature, whether it is a vote, whether it failed, and its keys.
 *
 * <p>Safe to use from any thread. The keys (static ones and those loaded from lookup tables) are collected at once; the
 * owners of token balances only when a filter that expands to them asks first, and then kept.
 */
public final class TransactionFacts {

    private final ByteString signature;
    private final boolean vote;
    private final boolean failed;
    private final Keys keys;

    private TransactionFacts(ByteString signature, boolean vote, boolean failed, Keys keys) {
        this.signature = signature;
        this.vote = vote;
        this.failed = failed;
        this.keys = keys;
    }

    /** The facts of a transaction as it was executed. */
    public static TransactionFacts of(SubscribeUpdateTransactionInfo info) {
        TransactionStatusMeta meta = info.getMeta();
        return new TransactionFacts(
                info.getSignature(),
                info.getIsVote(),
                meta.hasErr(),
                new Keys(
                        info.getTransaction().getMessage(),
                        meta.getLoadedWritableAddressesList(),
                        meta.getLoadedReadonlyAddressesList(),
                        meta));
    }

    /** The facts of a transaction before execution: whether it fails is not known, and no filter may ask. */
    public static TransactionFacts of(SubscribeUpdateDeshredTransactionInfo info) {
        return new TransactionFacts(
                info.getSignature(),
                info.getIsVote(),
                false,
                new Keys(
                        info.getTransaction().getMessage(),
                        info.getLoadedWritableAddressesList(),
                        info.getLoadedReadonlyAddressesList(),
                        TransactionStatusMeta.getDefaultInstance()));
    }

    /** The same facts under another first signature; the keys are shared with this. */
    public TransactionFacts withSignature(ByteString first) {
        return new TransactionFacts(first, vote, failed, keys);
    }

    /** The first signature. */
    public ByteString signature() {
        return signature;
    }

    /** Whether it is a vote, by the validator's rule. */
    public boolean vote() {
        return vote;
    }

    /** Whether it was executed and failed. */
    public boolean failed() {
        return failed;
    }

    /** The keys that a filter with this expansion looks at. */
    KeySet keys(TokenExpansion expansion) {
        return switch (expansion) {
            case NONE -> keys.own;
            case ALL -> keys.withOwners();
            case BALANCE_CHANGED -> keys.withChangedOwners();
        };
    }

    private static final class Keys {

        private final KeySet own;
        private final TransactionStatusMeta meta;

        /** Written by whichever thread asks first; two may, and write equal sets. */
        private volatile @Nullable KeySet withOwners;

        /** As {@link #withOwners}. */
        private volatile @Nullable KeySet withChangedOwners;

        Keys(Message message, List<ByteString> writable, List<ByteString> readonly, TransactionStatusMeta meta) {
            KeySet.Builder builder =
                    new KeySet.Builder(message.getAccountKeysCount() + writable.size() + readonly.size());
            addAll(message.getAccountKeysList(), builder);
            addAll(writable, builder);
            addAll(readonly, builder);
            this.own = builder.build();
            this.meta = meta;
        }

        private static void addAll(List<ByteString> keys, KeySet.Builder builder) {
            for (ByteString bytes : keys) {
                PublicKey key = PublicKey.ofOrNull(bytes);
                if (key != null) {
                    builder.add(key);
                }
            }
        }

        KeySet withOwners() {
            KeySet set = withOwners;
            if (set == null) {
                set = expanded(TokenExpansion.ALL);
                withOwners = set;
            }
            return set;
        }

        KeySet withChangedOwners() {
            KeySet set = withChangedOwners;
            if (set == null) {
                set = expanded(TokenExpansion.BALANCE_CHANGED);
                withChangedOwners = set;
            }
            return set;
        }

        private KeySet expanded(TokenExpansion expansion) {
            KeySet.Builder builder =
                    new KeySet.Builder(own, meta.getPreTokenBalancesCount() + meta.getPostTokenBalancesCount());
            expansion.addOwners(meta, builder);
            return builder.build();
        }
    }
}
