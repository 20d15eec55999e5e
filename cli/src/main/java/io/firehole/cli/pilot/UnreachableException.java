package io.firehole.cli.pilot;

import java.io.Serial;

/** One of the two could not be reached at all; the message says which, and why. */
public final class UnreachableException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    UnreachableException(String message) {
        super(message);
    }
}
