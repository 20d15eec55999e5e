package io.firehole.history;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** What was not kept, by reason. Any thread. */
final class Drops {

    private final Map<DropReason, AtomicLong> counts;

    Drops() {
        Map<DropReason, AtomicLong> all = new EnumMap<>(DropReason.class);
        for (DropReason reason : DropReason.values()) {
            all.put(reason, new AtomicLong());
        }
        counts = Collections.unmodifiableMap(all);
    }

    /** Counts so many rows; returns whether these are the first of that reason. */
    boolean add(DropReason reason, long rows) {
        AtomicLong count = counts.get(reason);
        return count != null && rows > 0 && count.getAndAdd(rows) == 0;
    }

    /** Those that are not zero. */
    Map<DropReason, Long> counts() {
        Map<DropReason, Long> seen = new EnumMap<>(DropReason.class);
        counts.forEach((reason, count) -> {
            if (count.get() > 0) {
                seen.put(reason, count.get());
            }
        });
        return seen;
    }
}
