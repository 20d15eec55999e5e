package io.firehole.simulation;

import io.firehole.pool.PoolStats;
import io.firehole.pool.budget.ConnectionBudget;
import io.firehole.pool.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** How the provider stood, looked at every so often: whether all was calm, and what it could have replayed. */
final class Sights {

    /** From one look to the next; the first is at the very beginning. */
    static final Duration EVERY = Duration.ofMillis(500);

    /** After so much calm, and a window of the budget, everything must have been asked for again. */
    private static final Duration FAIR = Duration.ofSeconds(12);

    /**
     * By when the pool must have connected again after the last trouble: an attempt that is not answered, and the longest
     * wait between two.
     */
    private static final Duration BACK = ConnectionBudget.ATTEMPT_DEADLINE.plusSeconds(30);

    private final VirtualProvider provider;
    private final VirtualTime time;
    private final Duration window;
    private final List<Sight> sights = new ArrayList<>();
    private long deniedBelow;

    /** When something last went wrong, or was made good. */
    private long unrestNanos;

    /**
     * One look.
     *
     * @param fair whether all was calm for long enough
     * @param oldest the oldest slot that can be replayed; more than any if none can
     */
    private record Sight(long atNanos, boolean fair, long oldest) {}

    /** @param window for how long who is out of permits has to wait for one */
    Sights(VirtualProvider provider, VirtualTime time, Duration window) {
        this.provider = provider;
        this.time = time;
        this.window = window;
    }

    /** Looks now. */
    void look(PoolStats stats) {
        long now = time.nanos();
        noteUnrest(stats, now);
        if (provider.weather.deniesReplay > 0) {
            // Who heard that it is gone need not ask again.
            deniedBelow = provider.chain.newestBlock() + 1;
        }
        OptionalLong oldest = provider.chain.firstAvailable();
        sights.add(new Sight(
                now,
                isCalmFor(FAIR),
                oldest.isEmpty()
                        ? Long.MAX_VALUE
                        : Math.max(deniedBelow, Math.max(oldest.getAsLong(), provider.weather.remembersFrom))));
    }

    /** Whoever waits for a connection, or for what it missed, has some time for it. */
    private void noteUnrest(PoolStats stats, long now) {
        long lastTrouble = provider.weather.lastTroubleNanos(now);
        unrestNanos = Math.max(unrestNanos, Math.max(lastTrouble, provider.weather.lastAskedNanos()));
        boolean waits = stats.streams().stream().anyMatch(stream -> stream.monitors() > 0 && !stream.open());
        if (waits && now - lastTrouble <= BACK.plus(window).toNanos()) {
            unrestNanos = now;
        }
    }

    /** Whether nothing has gone wrong, or been made good, for so long and a window of the budget. */
    boolean isCalmFor(Duration calm) {
        return time.nanos() - unrestNanos >= calm.plus(window).toNanos();
    }

    /** Whether what happened then, in that slot, could have been replayed when all had become calm. */
    boolean isClosable(long atNanos, long slot) {
        int first = (int) Math.min(sights.size(), atNanos / EVERY.toNanos());
        for (Sight sight : sights.subList(first, sights.size())) {
            if (sight.fair() && sight.atNanos() - FAIR.plus(window).toNanos() >= atNanos) {
                return sight.oldest() <= slot;
            }
        }
        return false;
    }
}
