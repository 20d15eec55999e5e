package io.firehole.simulator.chain;

/**
 * The newest block at a level, as the unary calls tell it.
 *
 * @param blockhash in base58
 */
public record LatestBlock(long slot, String blockhash, long height) {
    /** How many blocks a blockhash stays valid, as the reference counts it. */
    public static final int VALID_BLOCKS = 300;

    /** {@code last_valid_block_height} of GetLatestBlockhash. */
    public long lastValidBlockHeight() {
        return height + VALID_BLOCKS;
    }
}
