package io.firehole.pool;

import io.firehole.filters.profile.Rate;
import io.firehole.pool.time.NanoClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * How many {@code SubscribeRequest}s go to the provider, over all streams together: never more in any window than it
 * allows. Nothing is dropped: what must wait goes out later, with what has come to it until then. Control thread.
 */
final class RequestPace {

    /** By which part of itself a window is taken to be longer: what we send evenly may arrive less so. */
    private static final double MARGIN = 0.1;

    private final NanoClock clock;
    private final List<Window> windows;
    private long delayed;

    RequestPace(NanoClock clock, List<Rate> rates) {
        this.clock = clock;
        this.windows = rates.stream().map(Window::new).toList();
    }

    /** One rate, and when the latest requests within it were sent. */
    private static final class Window {

        private final int max;
        private final long lengthNanos;
        private final Deque<Long> sentNanos = new ArrayDeque<>();

        Window(Rate rate) {
            Duration per = rate.per();
            this.max = rate.max();
            this.lengthNanos = per.toNanos() + (long) (per.toNanos() * MARGIN);
        }

        void sent(long nowNanos) {
            if (sentNanos.size() == max) {
                sentNanos.removeFirst();
            }
            sentNanos.addLast(nowNanos);
        }

        /** More than a window holds goes out when it is empty. */
        long waitNanos(int count, long nowNanos) {
            int room = max - sentNanos.size();
            int leaving = Math.min(count, max) - room;
            if (leaving <= 0) {
                return 0;
            }
            long last = sentNanos.stream().skip(leaving - 1L).findFirst().orElse(nowNanos - lengthNanos);
            return Math.max(0, last + lengthNanos - nowNanos);
        }
    }

    /** Whether that many may ever go out at once. */
    boolean admitsAtOnce(int count) {
        return windows.stream().allMatch(window -> window.max >= count);
    }

    /** How long until so many more may be sent; 0 for now. */
    long waitNanos(int count) {
        if (windows.isEmpty()) {
            return 0;
        }
        long now = clock.nanos();
        long wait = 0;
        for (Window window : windows) {
            wait = Math.max(wait, window.waitNanos(count, now));
        }
        if (wait > 0) {
            delayed++;
        }
        return wait;
    }

    /** So many have been sent. */
    void sent(int count) {
        long now = clock.nanos();
        for (int i = 0; i < count; i++) {
            windows.forEach(window -> window.sent(now));
        }
    }

    /** How often somebody had to wait. */
    long delayed() {
        return delayed;
    }
}
