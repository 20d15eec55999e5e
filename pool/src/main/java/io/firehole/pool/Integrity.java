package io.firehole.pool;

import java.util.ArrayDeque;
import java.util.Deque;

/** How often one monitor got what its filters say, of the updates that were looked at twice. Control thread. */
final class Integrity {

    /** So many disagreements, close enough together, are no accident. */
    static final int DISAGREEMENTS_MAX = 3;

    /** How close: within so many of the monitor's samples. */
    static final int WITHIN_SAMPLES = 1_000;

    private final Deque<Long> latest = new ArrayDeque<>();
    private long samples;
    private long disagreements;

    /** It got what its filters say. */
    void agreed() {
        samples++;
    }

    /** It got something else; whether that has happened too often now. */
    boolean disagreed() {
        samples++;
        disagreements++;
        latest.addLast(samples);
        while (samples - latest.getFirst() >= WITHIN_SAMPLES) {
            latest.removeFirst();
        }
        return latest.size() >= DISAGREEMENTS_MAX;
    }

    /** It is served in another way now: what was before does not count. */
    void beginAnew() {
        latest.clear();
    }

    long samples() {
        return samples;
    }

    long disagreements() {
        return disagreements;
    }
}
