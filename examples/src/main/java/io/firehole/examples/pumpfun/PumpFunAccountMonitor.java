package io.firehole.examples.pumpfun;

import com.google.protobuf.ByteString;
import io.firehole.examples.client.ExampleMonitor;
import io.firehole.examples.solana.Amounts;
import io.firehole.examples.solana.LittleEndian;
import io.firehole.filters.Base58;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import java.nio.BufferUnderflowException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Watches pump.fun's accounts: the reserves of bonding curves, and what its fee wallets take in. */
public final class PumpFunAccountMonitor implements ExampleMonitor {

    /** The 8 bytes that begin a bonding curve's account data: the SHA-256 of {@code account:BondingCurve}. */
    private static final ByteString CURVE = ByteString.fromHex("17b7f83760d8ac60");

    /** Lamports by fee wallet; as many entries as there are fee wallets. */
    private final Map<String, Long> feeLamports = new HashMap<>();

    @Override
    public String id() {
        return "pumpfun-account-monitor";
    }

    @Override
    public String purpose() {
        return "pump.fun's bonding curves and fee wallets";
    }

    @Override
    public String frequency() {
        return "high";
    }

    @Override
    public SubscribeRequest request() {
        return SubscribeRequest.newBuilder()
                .setCommitment(CommitmentLevel.PROCESSED)
                .putAccounts(
                        "curves",
                        SubscribeRequestFilterAccounts.newBuilder()
                                .addOwner(PumpFun.PROGRAM)
                                .build())
                .putAccounts(
                        "fees",
                        SubscribeRequestFilterAccounts.newBuilder()
                                .addAllAccount(PumpFun.FEE_RECIPIENTS)
                                .setNonemptyTxnSignature(true)
                                .build())
                .build();
    }

    @Override
    public void onUpdate(SubscribeUpdate update, Consumer<String> out) {
        if (!update.hasAccount()) {
            return;
        }
        SubscribeUpdateAccountInfo account = update.getAccount().getAccount();
        String key = Base58.encode(account.getPubkey().toByteArray());
        for (String name : update.getFiltersList()) {
            switch (name) {
                case "curves" -> curve(key, account.getData(), out);
                case "fees" -> fees(key, account.getLamports(), out);
                default -> throw new IllegalStateException("never asked for under the name " + name);
            }
        }
    }

    private static void curve(String key, ByteString data, Consumer<String> out) {
        if (!data.startsWith(CURVE)) {
            return;
        }
        var fields = new LittleEndian(data, CURVE.size());
        try {
            long tokens = fields.u64();
            long lamports = fields.u64();
            out.accept("curve %s: %s against %s tokens, %s"
                    .formatted(
                            Amounts.shortened(key),
                            Amounts.sol(lamports),
                            Amounts.tokens(tokens, PumpFun.DECIMALS),
                            Amounts.price(lamports, tokens, PumpFun.DECIMALS)));
        } catch (BufferUnderflowException tooShort) {
            out.accept("curve %s: %d bytes, too short to read".formatted(Amounts.shortened(key), data.size()));
        }
    }

    private void fees(String key, long lamports, Consumer<String> out) {
        Long before = feeLamports.put(key, lamports);
        if (before != null && before != lamports) {
            out.accept("fee wallet %s: %s, %s%s"
                    .formatted(
                            Amounts.shortened(key),
                            Amounts.sol(lamports),
                            lamports > before ? "+" : "-",
                            Amounts.sol(Math.abs(lamports - before))));
        }
    }
}
