package io.firehole.console.otlp;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** How many exports ended in which way. Any thread. */
public final class ExportCounts {

    private final Map<ExportOutcome, LongAdder> counts = new EnumMap<>(ExportOutcome.class);

    /** None yet. */
    public ExportCounts() {
        for (ExportOutcome outcome : ExportOutcome.values()) {
            counts.put(outcome, new LongAdder());
        }
    }

    void count(ExportOutcome outcome) {
        counts.computeIfAbsent(outcome, one -> new LongAdder()).increment();
    }

    /** By outcome, in a word; every outcome is there from the start. */
    public Map<String, Long> all() {
        Map<String, Long> all = new LinkedHashMap<>();
        counts.forEach((outcome, count) -> all.put(outcome.word(), count.sum()));
        return all;
    }
}
