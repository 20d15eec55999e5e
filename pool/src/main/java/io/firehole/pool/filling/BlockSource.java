package io.firehole.pool.filling;

import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import java.time.Instant;
import java.util.List;

/** Knows blocks that are past, as an archive or a node's RPC does. Several streams may ask it at once. */
public interface BlockSource {

    /**
     * The transactions of a slot. Blocks for as long as the source's own limits of rate and time allow; whoever asks may be
     * interrupted.
     *
     * @param level the least commitment of the block: confirmed or finalized
     */
    Answer block(long slot, CommitmentLevel level) throws InterruptedException;

    /** What is known of a slot. */
    sealed interface Answer {

        /**
         * Its transactions.
         *
         * @param at when it was made, as far as that is known
         * @param transactions in their order, as a provider sends them, without a field that could not be had
         * @param bytes how many were read for it
         */
        record Block(Instant at, List<SubscribeUpdateTransactionInfo> transactions, long bytes) implements Answer {

            public Block {
                transactions = List.copyOf(transactions);
            }
        }

        /** It has no block. */
        record Skipped() implements Answer {}

        /**
         * It cannot be had.
         *
         * @param why for people; without anything secret
         */
        record Failed(String why) implements Answer {}
    }
}
