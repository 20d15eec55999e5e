package io.firehole.filters;

import java.io.Serial;

/** A request that no provider would accept. {@link #getMessage()} is the reference server's own text. */
public final class InvalidFilterException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    static final String SUBSCRIBE_PREFIX = "failed to create filter: ";

    InvalidFilterException(String reason) {
        super(reason);
    }

    /** The whole text of the status INVALID_ARGUMENT, as the reference server sends it. */
    public String statusMessage() {
        return SUBSCRIBE_PREFIX + getMessage();
    }
}
