package io.firehole.examples.solana;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A kind of event that an Anchor program emits by calling itself.
 *
 * <p>The call's data begin with a fixed tag of 8 bytes, then 8 bytes that name the event: the start of the SHA-256 of
 * {@code event:NAME}.
 */
public final class AnchorEvent {

    /** The tag and the name in front of the fields. */
    static final int HEADER_BYTES = 16;

    private static final ByteString SELF_CALL = ByteString.fromHex("e445a52e51cb9a1d");

    private final ByteString header;

    private AnchorEvent(ByteString header) {
        this.header = header;
    }

    /** The event of that name, as in {@code TradeEvent}. */
    public static AnchorEvent named(String name) {
        return new AnchorEvent(SELF_CALL.concat(discriminator("event:" + name)));
    }

    /** The 8 bytes that begin an Anchor instruction's data, as in {@code buy}. */
    public static ByteString instruction(String name) {
        return discriminator("global:" + name);
    }

    boolean matches(ByteString data) {
        return data.startsWith(header);
    }

    private static ByteString discriminator(String preimage) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(preimage.getBytes(StandardCharsets.UTF_8));
            return ByteString.copyFrom(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
