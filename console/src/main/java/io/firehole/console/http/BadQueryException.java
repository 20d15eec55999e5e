package io.firehole.console.http;

import java.io.Serial;

/** A parameter has a value that is not allowed; the message says what is. */
public final class BadQueryException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    public BadQueryException(String message) {
        super(message);
    }
}
