package io.firehole.simulator.rules;

import io.firehole.filters.InvalidFilterException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often each rule was the reason to refuse something, by its key in a profile. What a fault refuses does not count.
 * Any thread.
 */
public final class Refusals {

    /** Not a rule of a profile: a request that is wrong at any provider. */
    public static final String INVALID = "invalid";

    /** Not a rule of a profile: the token is missing or wrong. */
    public static final String TOKEN = "token";

    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    /** Counts one. */
    public void count(String rule) {
        counts.computeIfAbsent(rule, first -> new LongAdder()).increment();
    }

    /** Counts a request whose filters were refused. */
    public void count(InvalidFilterException refused) {
        count(refused.limit().orElse(INVALID));
    }

    /** The counts since the start; a rule that refused nothing is not there. */
    public SortedMap<String, Long> byRule() {
        SortedMap<String, Long> byRule = new TreeMap<>();
        counts.forEach((rule, count) -> byRule.put(rule, count.sum()));
        return byRule;
    }
}
