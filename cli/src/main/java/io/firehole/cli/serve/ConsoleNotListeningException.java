package io.firehole.cli.serve;

import java.io.IOException;
import java.io.Serial;

/** The console's address cannot be had; the message says which, and why. */
public final class ConsoleNotListeningException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    ConsoleNotListeningException(Exception cause) {
        super(cause.getMessage(), cause);
    }
}
