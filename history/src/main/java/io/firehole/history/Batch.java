package io.firehole.history;

import java.util.List;

/** Rows that are written together, or not at all. */
record Batch(List<SecondRow> seconds, List<LatencyRow> latencies) {

    static final Batch EMPTY = new Batch(List.of(), List.of());

    Batch {
        seconds = List.copyOf(seconds);
        latencies = List.copyOf(latencies);
    }

    int rows() {
        return seconds.size() + latencies.size();
    }

    boolean isEmpty() {
        return rows() == 0;
    }
}
