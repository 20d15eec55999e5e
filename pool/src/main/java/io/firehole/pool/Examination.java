package io.firehole.pool;

import io.firehole.pool.merging.Fingerprint;
import io.firehole.pool.merging.Subscription;
import io.firehole.pool.time.Timers.Timer;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What one monitor asks, while it waits for a verdict on it. Control thread. */
final class Examination {

    private final Subscription subscription;
    private final Set<Fingerprint> unknown;
    private final Consumer<Verdict> told;
    private @Nullable Timer deadline;
    private boolean over;

    /**
     * @param unknown those of its filters that the provider has not been seen to take
     * @param told hears the verdict, once, unless it is cancelled before
     */
    Examination(Subscription subscription, Set<Fingerprint> unknown, Consumer<Verdict> told) {
        this.subscription = subscription;
        this.unknown = unknown;
        this.told = told;
    }

    Subscription subscription() {
        return subscription;
    }

    /** Those of its filters that the provider had not been seen to take when it began. */
    Set<Fingerprint> unknown() {
        return unknown;
    }

    /** Has that timer end with it. */
    void expiresBy(Timer timer) {
        deadline = timer;
    }

    /** Whether nobody waits for it any more. */
    boolean isOver() {
        return over;
    }

    /** Says the verdict; the first one counts. */
    void decide(Verdict verdict) {
        if (!over) {
            cancel();
            told.accept(verdict);
        }
    }

    /** Nobody wants to know any more. */
    void cancel() {
        over = true;
        if (deadline != null) {
            deadline.cancel();
        }
    }
}
