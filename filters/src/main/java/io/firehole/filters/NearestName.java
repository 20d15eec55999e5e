package io.firehole.filters;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds which of the names there are somebody probably meant. Any thread. */
public final class NearestName {

    private NearestName() {}

    /** The known name with the fewest letters different, if it is near enough to be meant. */
    public static Optional<String> to(String written, Collection<String> known) {
        int near = Math.max(2, written.length() / 3);
        return known.stream()
                .filter(name -> distance(written, name) <= near)
                .min(Comparator.comparingInt((String name) -> distance(written, name))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** How many letters must be put in, left out or changed (Levenshtein). */
    static int distance(String from, String to) {
        int[] previous = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int[] current = new int[to.length() + 1];
            current[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int change = previous[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(change, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[to.length()];
    }
}
