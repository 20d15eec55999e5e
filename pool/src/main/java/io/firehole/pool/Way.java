package io.firehole.pool;

import io.firehole.pool.routing.Arrival;
import io.firehole.pool.routing.Recipient;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How the recipients of one place come to its calls: after a replay that their monitor asked for, while that is under
 * way, else as all do who come there like it. Control thread.
 */
final class Way implements Supplier<@Nullable Arrival> {

    private final Supplier<? extends @Nullable Arrival> otherwise;
    private @Nullable Recovery recovery;
    private boolean directly;

    /** @param otherwise how others come there; null for at once */
    Way(Supplier<? extends @Nullable Arrival> otherwise) {
        this.otherwise = otherwise;
    }

    /** A replay has been asked for. */
    void recoversBy(Recovery begun) {
        recovery = begun;
    }

    /** The replay that was asked for; null if there is none, or it is done. */
    @Nullable
    Recovery recovery() {
        return recovery == null || recovery.isDone() ? null : recovery;
    }

    /** A recipient that comes at once, since it is for the replay itself. */
    Recipient directly(Supplier<? extends Recipient> recipients) {
        directly = true;
        try {
            return recipients.get();
        } finally {
            directly = false;
        }
    }

    @Override
    public @Nullable Arrival get() {
        if (directly) {
            return null;
        }
        Recovery mine = recovery();
        return mine == null ? otherwise.get() : mine.catchUp();
    }
}
