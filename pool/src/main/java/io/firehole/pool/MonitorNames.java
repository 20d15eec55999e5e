package io.firehole.pool;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is said of monitors by their ids: of one by its name, of many by a pattern such as {@code pumpfun-*}, where a star
 * stands for any characters or none. Immutable; any thread.
 *
 * <p>A name counts before every pattern, and of the patterns the one with the most characters beside its stars.
 *
 * @param <T> what is said
 */
public final class MonitorNames<T> {

    private static final char ANY = '*';

    private record Pattern<T>(String text, T said) {

        int length() {
            return (int) text.chars().filter(c -> c != ANY).count();
        }
    }

    private final Map<String, T> names = new HashMap<>();
    private final List<Pattern<T>> patterns = new ArrayList<>();

    private MonitorNames() {}

    /** Nothing is said of anybody. */
    public static <T> MonitorNames<T> none() {
        return new MonitorNames<>();
    }

    /**
     * What is said.
     *
     * @param said by name or pattern
     * @throws IllegalArgumentException if two patterns that are equally long say different things of the same monitor
     */
    public static <T> MonitorNames<T> of(Map<String, T> said) {
        MonitorNames<T> all = new MonitorNames<>();
        said.forEach((text, what) -> {
            if (text.indexOf(ANY) < 0) {
                all.names.put(text, what);
            } else {
                all.patterns.add(new Pattern<>(text, what));
            }
        });
        all.patterns.sort(
                Comparator.<Pattern<T>>comparingInt(Pattern::length).reversed().thenComparing(Pattern::text));
        all.refuseAmbiguity();
        return all;
    }

    private void refuseAmbiguity() {
        for (int i = 0; i < patterns.size(); i++) {
            Pattern<T> one = patterns.get(i);
            for (Pattern<T> other : patterns.subList(i + 1, patterns.size())) {
                if (other.length() == one.length()
                        && !other.said().equals(one.said())
                        && canMatchTheSame(one.text(), other.text())) {
                    throw new IllegalArgumentException("\"" + one.text() + "\" and \"" + other.text()
                            + "\" can mean the same monitor, are equally long and say different things; name the monitor,"
                            + " or make one of them longer");
                }
            }
        }
    }

    /** Whether that is said of anybody. */
    boolean says(T what) {
        return names.containsValue(what)
                || patterns.stream().anyMatch(pattern -> pattern.said().equals(what));
    }

    /** What is said of that monitor, if anything is. */
    public Optional<T> of(String monitorId) {
        T byName = names.get(monitorId);
        if (byName != null) {
            return Optional.of(byName);
        }
        return patterns.stream()
                .filter(pattern -> canMatchTheSame(pattern.text(), monitorId))
                .findFirst()
                .map(Pattern::said);
    }

    /**
     * Whether there is a text that both stand for; a text without stars stands for itself. Row by row: whether the first
     * characters of the one and of the other can stand for the same.
     */
    static boolean canMatchTheSame(String one, String other) {
        boolean[] row = new boolean[other.length() + 1];
        row[0] = true;
        for (int j = 1; j <= other.length(); j++) {
            row[j] = row[j - 1] && other.charAt(j - 1) == ANY;
        }
        for (int i = 1; i <= one.length(); i++) {
            char mine = one.charAt(i - 1);
            boolean diagonal = row[0];
            row[0] = row[0] && mine == ANY;
            for (int j = 1; j <= other.length(); j++) {
                char theirs = other.charAt(j - 1);
                boolean above = row[j];
                boolean anyHere = mine == ANY || theirs == ANY;
                row[j] = anyHere ? above || row[j - 1] : mine == theirs && diagonal;
                diagonal = above;
            }
        }
        return row[other.length()];
    }
}
