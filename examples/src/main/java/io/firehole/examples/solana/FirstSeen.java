package io.firehole.examples.solana;

import java.util.LinkedHashMap;
import java.util.Map;

/** Remembers the last few thousand keys, to tell the first sight of one from the rest. One thread. */
public final class FirstSeen {

    /** How many keys are remembered; the one seen longest ago goes first. */
    public static final int KEYS_MAX = 10_000;

    private final Map<String, Boolean> seen = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > KEYS_MAX;
        }
    };

    /** Whether this is the first time, as far as it remembers. */
    public boolean isNew(String key) {
        return seen.put(key, Boolean.TRUE) == null;
    }
}
