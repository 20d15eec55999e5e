package io.firehole.simulator.rules;

import java.util.Arrays;

/**
 * Counts what happens in a closed window that moves: two events exactly its length apart are both in it.
 *
 * <p>Not for several threads. The unit of time is the caller's.
 */
final class RateWindow {

    /** Beyond so many events in one window the oldest are forgotten, and the count stays at that. */
    private static final int MAX_TIMES = 1 << 20;

    private final int max;
    private final long length;
    private final int kept;
    private long[] times = new long[16];
    private int first;
    private int size;
    private int worstCount;
    private long worstFrom;

    /**
     * A window that has seen nothing.
     *
     * @param max how many events it may hold
     * @param length of the window
     */
    RateWindow(int max, long length) {
        this(max, length, MAX_TIMES);
    }

    private RateWindow(int max, long length, int kept) {
        this.max = max;
        this.length = length;
        this.kept = kept;
    }

    /** One that remembers no more than it takes to tell whether there were too many: its worst count is no use. */
    static RateWindow forJudging(int max, long length) {
        return new RateWindow(max, length, Math.clamp(max + 1L, 1, MAX_TIMES));
    }

    /** Counts an event, never earlier than the one before; true if there are now more than allowed. */
    boolean count(long at) {
        while (size > 0 && times[first] < at - length) {
            forgetOldest();
        }
        if (size == kept) {
            forgetOldest();
        }
        if (size == times.length) {
            grow();
        }
        times[(first + size) & (times.length - 1)] = at;
        size++;
        if (size > worstCount) {
            worstCount = size;
            worstFrom = times[first];
        }
        return size > max;
    }

    /** The most events there were in any window. */
    int worstCount() {
        return worstCount;
    }

    /** When the first event of that window was; 0 if there was none. */
    long worstFrom() {
        return worstFrom;
    }

    private void forgetOldest() {
        first = (first + 1) & (times.length - 1);
        size--;
    }

    private void grow() {
        long[] grown = Arrays.copyOf(Arrays.copyOfRange(times, first, times.length), times.length * 2);
        System.arraycopy(times, 0, grown, times.length - first, first);
        times = grown;
        first = 0;
    }
}
