package io.firehole.examples.solana;

import com.google.protobuf.ByteString;
import java.util.Optional;

/**
 * The head of an SPL token account, which Token and Token-2022 share.
 *
 * @param mint the token, base58
 * @param owner whose it is, base58
 * @param amount how much, in the token's smallest unit, unsigned
 */
public record TokenAccount(String mint, String owner, long amount) {

    /** The length of a plain SPL token account; Token-2022 accounts may be longer. */
    public static final int BYTES = 165;

    /** Reads account data; empty if they are too short for a token account. */
    public static Optional<TokenAccount> read(ByteString data) {
        if (data.size() < BYTES) {
            return Optional.empty();
        }
        var fields = new LittleEndian(data, 0);
        return Optional.of(new TokenAccount(fields.key(), fields.key(), fields.u64()));
    }
}
