package io.firehole.cli;

import org.jspecify.annotations.Nullable;

/** A command cannot go on, for a reason that its user can understand and mend. */
final class CommandFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private final int exitCode;

    /**
     * @param exitCode one of {@link ExitCode}
     * @param message what, where, and the limit or the nearest name; each further line is a reason of its own
     * @param cause shown with FIREHOLE_DEBUG only
     */
    CommandFailure(int exitCode, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
