package io.firehole.examples.pumpfun;

import com.google.protobuf.ByteString;
import io.firehole.examples.solana.AnchorEvent;
import io.firehole.examples.solana.LittleEndian;
import io.firehole.examples.solana.TransactionView;
import io.firehole.filters.Base58;
import java.nio.BufferUnderflowException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The addresses of pump.fun and the events of its programs. */
final class PumpFun {

    /** Every token of pump.fun has six decimals. */
    static final int DECIMALS = 6;

    /** The bonding curve program. */
    static final String PROGRAM = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P";

    /** PumpSwap, where graduated tokens trade. */
    static final String SWAP_PROGRAM = "pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA";

    /** Signs each graduation. */
    static final String MIGRATION_AUTHORITY = "39azUYFWPz3VHgKCf3VChUwbpURdCHRxjWVowf5jUJjg";

    /** Wallets that collect trading fees; they change with every trade routed to them. */
    static final List<String> FEE_RECIPIENTS =
            List.of("CebN5WGQ4jvEPvsVU4EoHEpgzq1VV7AbicfhtW4xC9iM", "62qc2CNXwrYqQScmEdiZFFAnJR262PxWEuNQtxfafNgV");

    static final ByteString PROGRAM_KEY = ByteString.copyFrom(Base58.decode(PROGRAM));
    static final ByteString SWAP_PROGRAM_KEY = ByteString.copyFrom(Base58.decode(SWAP_PROGRAM));

    private static final AnchorEvent TRADE = AnchorEvent.named("TradeEvent");
    private static final AnchorEvent CREATE = AnchorEvent.named("CreateEvent");
    private static final AnchorEvent MIGRATION = AnchorEvent.named("CompletePumpAmmMigrationEvent");

    private PumpFun() {}

    /**
     * One buy or sell on a bonding curve.
     *
     * @param mint the token, base58
     * @param lamports what was paid or received
     * @param tokens how many, raw
     * @param buy whether it was a buy
     * @param user the trader, base58
     * @param reserveLamports the curve's virtual SOL after the trade
     * @param reserveTokens the curve's virtual tokens after the trade, raw
     */
    record Trade(
            String mint,
            long lamports,
            long tokens,
            boolean buy,
            String user,
            long reserveLamports,
            long reserveTokens) {

        private static Trade read(LittleEndian event) {
            String mint = event.key();
            long lamports = event.u64();
            long tokens = event.u64();
            boolean buy = event.bool();
            String user = event.key();
            event.skip(Long.BYTES); // the time, which the block has too
            return new Trade(mint, lamports, tokens, buy, user, event.u64(), event.u64());
        }
    }

    /**
     * A token that was just created.
     *
     * @param name as its creator calls it: any text at all
     * @param symbol likewise
     * @param mint the token, base58
     */
    record Creation(String name, String symbol, String mint) {

        private static Creation read(LittleEndian event) {
            String name = event.text();
            String symbol = event.text();
            event.text(); // a link to its picture
            return new Creation(name, symbol, event.key());
        }
    }

    /**
     * A token that left its curve for PumpSwap.
     *
     * @param mint the token, base58
     * @param lamports the SOL that went into the new pool
     */
    record Graduation(String mint, long lamports) {

        private static Graduation read(LittleEndian event) {
            event.skip(32); // the user who triggered it
            return new Graduation(event.key(), event.skip(Long.BYTES).u64());
        }
    }

    static List<Trade> trades(TransactionView transaction) {
        return read(transaction, TRADE, Trade::read);
    }

    static List<Creation> creations(TransactionView transaction) {
        return read(transaction, CREATE, Creation::read);
    }

    static List<Graduation> graduations(TransactionView transaction) {
        return read(transaction, MIGRATION, Graduation::read);
    }

    private static <E> List<E> read(TransactionView transaction, AnchorEvent kind, Function<LittleEndian, E> reader) {
        return transaction.events(PROGRAM_KEY, kind).stream()
                .flatMap(event -> read(event, reader).stream())
                .toList();
    }

    /** Empty for data that only begin like an event: anyone may call the program with such. */
    private static <E> Optional<E> read(LittleEndian event, Function<LittleEndian, E> reader) {
        try {
            return Optional.of(reader.apply(event));
        } catch (BufferUnderflowException tooShort) {
            return Optional.empty();
        }
    }
}
