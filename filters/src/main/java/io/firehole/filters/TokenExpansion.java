package io.firehole.filters;

import io.firehole.wire.proto.storage.TokenBalance;
import io.firehole.wire.proto.storage.TransactionStatusMeta;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which keys a transactions filter looks at, by its {@code token_accounts}. */
enum TokenExpansion {
    /** The keys of the transaction alone. */
    NONE {
        @Override
        void addOwners(TransactionStatusMeta meta, KeySet.Builder keys) {}
    },

    /** And every owner of a token balance, before or after. */
    ALL {
        @Override
        void addOwners(TransactionStatusMeta meta, KeySet.Builder keys) {
            for (TokenBalance balance : meta.getPreTokenBalancesList()) {
                add(balance, keys);
            }
            for (TokenBalance balance : meta.getPostTokenBalancesList()) {
                add(balance, keys);
            }
        }
    },

    /** And the owners of balances that are another after, that are new, or that are gone. */
    BALANCE_CHANGED {
        @Override
        void addOwners(TransactionStatusMeta meta, KeySet.Builder keys) {
            Map<Integer, TokenBalance> before = new HashMap<>();
            for (TokenBalance balance : meta.getPreTokenBalancesList()) {
                if (PublicKey.parseOrNull(balance.getOwner()) != null) {
                    before.put(balance.getAccountIndex(), balance);
                }
            }
            Set<Integer> after = new HashSet<>();
            for (TokenBalance balance : meta.getPostTokenBalancesList()) {
                PublicKey owner = PublicKey.parseOrNull(balance.getOwner());
                if (owner == null) {
                    continue; // and the balance before, if its owner can be read, counts as gone
                }
                after.add(balance.getAccountIndex());
                TokenBalance was = before.get(balance.getAccountIndex());
                if (was == null || !amount(was).equals(amount(balance))) {
                    keys.add(owner);
                }
            }
            before.forEach((index, balance) -> {
                if (!after.contains(index)) {
                    add(balance, keys);
                }
            });
        }
    };

    /** From the one that lets see the fewest keys to the one that lets see the most: each sees what those before it see. */
    static final Comparator<TokenExpansion> BY_REACH =
            Comparator.comparingInt(List.of(NONE, BALANCE_CHANGED, ALL)::indexOf);

    /** Adds the owners that this expansion lets a filter see; those that are no keys are passed over. */
    abstract void addOwners(TransactionStatusMeta meta, KeySet.Builder keys);

    private static void add(TokenBalance balance, KeySet.Builder keys) {
        PublicKey owner = PublicKey.parseOrNull(balance.getOwner());
        if (owner != null) {
            keys.add(owner);
        }
    }

    /** The amount as the chain has it, in decimal; empty if it is missing. */
    private static String amount(TokenBalance balance) {
        return balance.getUiTokenAmount().getAmount();
    }

    /** The expansion that this number in a request asks for. */
    static TokenExpansion of(int number) throws InvalidFilterException {
        return switch (number) {
            case 0 -> ALL;
            case 1 -> BALANCE_CHANGED;
            default ->
                throw InvalidFilterException.because("invalid token_accounts mode value " + number
                                + "; expected ALL (0) or BALANCE_CHANGED (1)")
                        .in("token_accounts");
        };
    }
}
