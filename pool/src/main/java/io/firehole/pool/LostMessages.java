package io.firehole.pool;

import io.firehole.pool.routing.LostMessage;
import io.firehole.pool.routing.Router;
import io.firehole.pool.time.Timers.Timer;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Records as gaps what a stream's monitors missed with messages that could not be read. What is lost within
 * {@link #TOLD_EVERY} on one call is told as one, so that a provider gone mad cannot flood the log. Control thread.
 */
final class LostMessages {

    /** The least time between two records. */
    static final Duration TOLD_EVERY = Duration.ofSeconds(1);

    private final PoolContext pool;
    private final Upstream<?> stream;
    private final Set<Router> untold = new LinkedHashSet<>();
    private long nextNanos;
    private @Nullable Timer timer;

    LostMessages(PoolContext pool, Upstream<?> stream) {
        this.pool = pool;
        this.stream = stream;
        this.nextNanos = pool.now();
    }

    /** Looks whether that router of one of the stream's calls has lost anything. */
    void look(Router router) {
        if (router.hasLost() && untold.add(router) && timer == null) {
            timer = pool.loop().after(Math.max(0, nextNanos - pool.now()), this::tell);
        }
    }

    private void tell() {
        timer = null;
        nextNanos = pool.now() + TOLD_EVERY.toNanos();
        List<Router> routers = List.copyOf(untold);
        untold.clear();
        routers.forEach(router -> router.takeLost().ifPresent(this::tell));
    }

    private void tell(LostMessage lost) {
        stream.noteGap(
                new GapLog.Hole(
                        stream.level(),
                        lost.firstSlot(),
                        lost.lastSlot(stream.level()),
                        Gap.Cause.UNREADABLE,
                        lost.why(),
                        pool.now()),
                List.copyOf(lost.monitors()));
    }
}
