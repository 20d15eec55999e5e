package io.firehole.console;

import java.io.Serial;

/** A parameter has a value that is not allowed; the message says what is. */
final class BadQueryException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    BadQueryException(String message) {
        super(message);
    }
}
