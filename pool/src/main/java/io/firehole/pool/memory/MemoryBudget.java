package io.firehole.pool.memory;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * One limit for all buffers of a pool. Any thread; nothing here blocks.
 *
 * <p><b>What is counted.</b> What buffers report, which is the length of each message that waits and
 * {@link #ELEMENT_BYTES} for the objects around it. A payload that waits for several monitors is counted for each of them
 * although it is there once: what the pool really holds is at most what is counted, and much less where many monitors lag
 * behind the same updates. Counting it once would need a counter of holders in each payload, which all event loops would
 * write to.
 *
 * <p><b>How exact.</b> A buffer reports after each {@link MemoryAccount#REPORT_BYTES} that went in or out, so the sum may be
 * wrong by twice that for each buffer.
 */
public final class MemoryBudget {

    /** What an element costs beside its bytes: its object, its place in a queue, and the headers of its arrays. */
    public static final int ELEMENT_BYTES = 96;

    private final long bytesMax;
    private final AtomicLong used = new AtomicLong();

    /** Written by whoever's report passes a step; a report that comes meanwhile looks once more. */
    private volatile MemoryPressure pressure = MemoryPressure.NONE;

    private volatile long usedMost;

    /** From how many percent of the limit on memory is asked back that need not be held: before the first step. */
    static final int SCARCE_PERCENT = 80;

    /** Gives memory back. Set before anything is reported. */
    private volatile LongConsumer releases = bytes -> {};

    private final AtomicBoolean releasing = new AtomicBoolean();

    /** Told when the pressure has changed. Set before anything is reported. */
    private volatile Runnable changed = () -> {};

    /**
     * @param bytesMax how much all buffers together may hold
     */
    public MemoryBudget(long bytesMax) {
        if (bytesMax < 1) {
            throw new IllegalArgumentException("bytesMax must be at least 1, was " + bytesMax);
        }
        this.bytesMax = bytesMax;
    }

    /** One without limit, for a buffer that stands alone. */
    public static MemoryBudget unlimited() {
        return new MemoryBudget(Long.MAX_VALUE);
    }

    /** Whom to tell that the pressure has changed: on the thread whose report changed it, so it must be quick. */
    public void whenChanged(Runnable told) {
        changed = told;
    }

    /**
     * Whom to ask for memory before anything else is done: told from {@value #SCARCE_PERCENT} % on how many bytes too many are
     * held, it gives back what it can, and reports that. On the thread whose report was too much, so it must be quick; one
     * thread at a time.
     */
    public void whenScarce(LongConsumer release) {
        releases = release;
    }

    /** An account for one more buffer. */
    public MemoryAccount account() {
        return new MemoryAccount(this);
    }

    /** How much the buffers may hold together. */
    public long bytesMax() {
        return bytesMax;
    }

    /** How much they hold, as far as they have reported. */
    public long used() {
        return Math.max(0, used.get());
    }

    /** The most they ever held. Two reports at one moment may count as one. */
    public long usedMost() {
        return usedMost;
    }

    /** How near the limit that is. */
    public MemoryPressure pressure() {
        return pressure;
    }

    void add(long bytes) {
        long now = used.addAndGet(bytes);
        long scarceFrom = bytesMax / 100 * SCARCE_PERCENT;
        if (now > scarceFrom && bytes > 0 && releasing.compareAndSet(false, true)) {
            try {
                releases.accept(now - scarceFrom);
            } finally {
                releasing.set(false);
            }
            now = used.get();
        }
        if (now > usedMost) {
            usedMost = now;
        }
        while (true) {
            MemoryPressure before = pressure;
            MemoryPressure step = MemoryPressure.of(used.get(), bytesMax, before);
            if (step == before) {
                return;
            }
            pressure = step;
            changed.run();
        }
    }
}
