package io.firehole.wire;

import java.io.Serial;

/** Bytes that are no {@code SubscribeUpdate}: the message names what is wrong and at which byte. */
public final class MalformedUpdateException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * @param what what is wrong, in words
     * @param offset where, counted in bytes from the start of the message
     */
    public MalformedUpdateException(String what, int offset) {
        super(what + " at byte " + offset);
    }
}
