package io.firehole.examples.venue;

import io.firehole.examples.client.ExampleMonitor;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeUpdate;
import java.util.function.Consumer;

/** Counts what happens on one venue, slot by slot. */
public final class VenueMonitor implements ExampleMonitor {

    private static final String WRAPPED_SOL = "So11111111111111111111111111111111111111112";

    private final int number;
    private final Venue venue;
    private final Watch watch;

    private long slot;
    private int inSlot;

    /** A program on which people trade. */
    private enum Venue {
        METEORA_DLMM("meteora-dlmm", "LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo"),
        PUMP_SWAP("pump-swap", "pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA"),
        ORCA("orca", "whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc"),
        RAYDIUM_CLMM("raydium-clmm", "CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK"),
        METEORA_DAMM("meteora-damm", "cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG"),
        RAYDIUM_CPMM("raydium-cpmm", "CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C"),
        RAYDIUM_AMM("raydium-amm", "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8"),
        JUPITER("jupiter", "JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4");

        private final String word;
        private final String program;

        Venue(String word, String program) {
            this.word = word;
            this.program = program;
        }
    }

    /** What of it. */
    private enum Watch {
        TRADES("trades", "medium"),
        FAILURES("failures", "low"),
        OUTCOMES("outcomes", "low"),
        SOL_PAIRS("sol-pairs", "low");

        private final String word;
        private final String frequency;

        Watch(String word, String frequency) {
            this.word = word;
            this.frequency = frequency;
        }
    }

    /**
     * One of endlessly many; after 32 they ask for the same again, as programs of one desk do.
     *
     * @param number from 1; part of the id
     */
    public VenueMonitor(int number) {
        this.number = number;
        this.venue = Venue.values()[(number - 1) % Venue.values().length];
        this.watch = Watch.values()[(number - 1) / Venue.values().length % Watch.values().length];
    }

    @Override
    public String id() {
        return venue.word + "-" + watch.word + "-" + number;
    }

    @Override
    public String purpose() {
        return "how much happens on " + venue.word + ": " + watch.word;
    }

    @Override
    public String frequency() {
        return watch.frequency;
    }

    @Override
    public SubscribeRequest request() {
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder().setCommitment(CommitmentLevel.PROCESSED);
        SubscribeRequestFilterTransactions.Builder onVenue =
                SubscribeRequestFilterTransactions.newBuilder().setVote(false).addAccountInclude(venue.program);
        switch (watch) {
            case TRADES ->
                request.putTransactions(watch.word, onVenue.setFailed(false).build());
            case FAILURES ->
                request.putTransactionsStatus(
                        watch.word, onVenue.setFailed(true).build());
            case OUTCOMES -> request.putTransactionsStatus(watch.word, onVenue.build());
            case SOL_PAIRS ->
                request.putTransactionsStatus(
                        watch.word,
                        onVenue.setFailed(false).addAccountRequired(WRAPPED_SOL).build());
        }
        return request.build();
    }

    @Override
    public void onUpdate(SubscribeUpdate update, Consumer<String> out) {
        long now = update.hasTransaction()
                ? update.getTransaction().getSlot()
                : update.getTransactionStatus().getSlot();
        if (now > slot) {
            if (inSlot > 0) {
                out.accept("%s of %s: %d in slot %d".formatted(watch.word, venue.word, inSlot, slot));
            }
            slot = now;
            inSlot = 0;
        }
        if (now > 0 && now == slot) {
            inSlot++;
        }
    }
}
