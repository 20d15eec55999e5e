package io.firehole.console.live;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The growth of many things by their name. One that is gone is forgotten. One thread.
 *
 * @param <K> what they are called by; never used again for something else
 */
final class GrowthTable<K> {

    private final Map<K, Growth> growths = new HashMap<>();
    private final Set<K> seen = new HashSet<>();

    void read(long nowNanos, K key, long messages, long bytes) {
        seen.add(key);
        growths.computeIfAbsent(key, fresh -> new Growth()).read(nowNanos, messages, bytes);
    }

    /** After all readings of a moment: how fast those grow that were read. */
    Map<K, Rates> rates() {
        growths.keySet().retainAll(seen);
        seen.clear();
        Map<K, Rates> rates = HashMap.newHashMap(growths.size());
        growths.forEach((key, growth) -> rates.put(key, growth.rates()));
        return rates;
    }
}
