package io.firehole.history;

/** A question cannot be answered now: the file or the database does not answer, or too many ask at once. */
public final class HistoryUnavailableException extends Exception {

    private static final long serialVersionUID = 1;

    HistoryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }

    HistoryUnavailableException(String message) {
        super(message);
    }
}
