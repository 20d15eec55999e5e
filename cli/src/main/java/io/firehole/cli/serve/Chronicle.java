package io.firehole.cli.serve;

import io.firehole.history.History;
import io.firehole.history.HistorySettings;
import io.firehole.pool.Pool;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what a pool does, second by second, while it runs. A history that cannot be opened is told in the log and among the events, and all else
 * goes on without it: monitors do not wait for a disk.
 */
final class Chronicle implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Chronicle.class);

    private final Optional<History> history;
    private final AutoCloseable listening;

    private Chronicle(Optional<History> history, AutoCloseable listening) {
        this.history = history;
        this.listening = listening;
    }

    /** Begins to keep, if there are settings for it. */
    static Chronicle of(Optional<HistorySettings> settings, Pool pool) {
        if (settings.isEmpty()) {
            return new Chronicle(Optional.empty(), () -> {});
        }
        try {
            History history = History.open(settings.get());
            return new Chronicle(Optional.of(history), pool.everySecond(history));
        } catch (IOException e) {
            log.error("No history is kept: {}", e.getMessage());
            pool.note("history", "", "no history is kept: " + e.getMessage());
            return new Chronicle(Optional.empty(), () -> {});
        }
    }

    /** Who can be asked; empty if nothing is kept. */
    Optional<History> history() {
        return history;
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (Exception e) {
            log.debug("The pool does not stop telling", e);
        }
        history.ifPresent(History::close);
    }
}
