package io.firehole.pool.time;

/** A clock that never goes back, in nanoseconds from an origin that means nothing: only differences do. */
@FunctionalInterface
public interface NanoClock {

    /** Now. Any thread. Compare by {@code a - b < 0}, since the numbers may wrap. */
    long nanos();

    /** The machine's monotonic clock. */
    static NanoClock system() {
        return System::nanoTime;
    }
}
