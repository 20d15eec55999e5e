package io.firehole.examples.raydium;

import io.firehole.examples.client.ExampleMonitor;
import io.firehole.examples.solana.Amounts;
import io.firehole.examples.solana.TokenAccount;
import io.firehole.filters.Base58;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterAccountsFilter;
import io.firehole.wire.proto.SubscribeRequestFilterAccountsFilterMemcmp;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import java.util.function.Consumer;

/** Watches Raydium's vaults, which hold both sides of every pool, and the pools' own accounts. */
public final class RaydiumAccountMonitor implements ExampleMonitor {

    /** Where a token account names its owner. */
    private static final int TOKEN_OWNER_OFFSET = 32;

    private static final int WRAPPED_SOL_DECIMALS = 9;

    @Override
    public String id() {
        return "raydium-account-monitor";
    }

    @Override
    public String purpose() {
        return "the vaults and pools of Raydium";
    }

    @Override
    public String frequency() {
        return "low";
    }

    @Override
    public SubscribeRequest request() {
        return SubscribeRequest.newBuilder()
                .setCommitment(CommitmentLevel.PROCESSED)
                .putAccounts(
                        "vaults",
                        SubscribeRequestFilterAccounts.newBuilder()
                                .addFilters(SubscribeRequestFilterAccountsFilter.newBuilder()
                                        .setTokenAccountState(true))
                                .addFilters(SubscribeRequestFilterAccountsFilter.newBuilder()
                                        .setMemcmp(SubscribeRequestFilterAccountsFilterMemcmp.newBuilder()
                                                .setOffset(TOKEN_OWNER_OFFSET)
                                                .setBase58(Raydium.AUTHORITY)))
                                .build())
                .putAccounts(
                        "pools",
                        SubscribeRequestFilterAccounts.newBuilder()
                                .addOwner(Raydium.PROGRAM)
                                .build())
                .build();
    }

    @Override
    public void onUpdate(SubscribeUpdate update, Consumer<String> out) {
        if (!update.hasAccount()) {
            return;
        }
        SubscribeUpdateAccountInfo account = update.getAccount().getAccount();
        String key = Amounts.shortened(Base58.encode(account.getPubkey().toByteArray()));
        if (update.getFiltersList().contains("pools")) {
            out.accept("pool %s changed, %,d bytes"
                    .formatted(key, account.getData().size()));
            return;
        }
        TokenAccount.read(account.getData())
                .ifPresent(vault -> out.accept(
                        vault.mint().equals(Raydium.WRAPPED_SOL)
                                ? "vault %s holds %s SOL"
                                        .formatted(key, Amounts.tokens(vault.amount(), WRAPPED_SOL_DECIMALS))
                                : "vault %s holds %s of %s, raw"
                                        .formatted(
                                                key,
                                                Amounts.tokens(vault.amount(), 0),
                                                Amounts.shortened(vault.mint()))));
    }
}
