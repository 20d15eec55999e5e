package io.firehole.cli.demo;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What came beside what was to come. One thread. */
final class Comparison {

    private final int expected;

    /** Of each that was to come how many more. */
    private final Map<Receipt, Integer> open = new HashMap<>();

    private long duplicated;
    private long misrouted;

    Comparison(Collection<Receipt> came, List<Receipt> toCome) {
        expected = toCome.size();
        toCome.forEach(receipt -> open.merge(receipt, 1, Integer::sum));
        for (Receipt receipt : came) {
            Integer left = open.get(receipt);
            if (left == null) {
                misrouted++;
            } else if (left == 0) {
                duplicated++;
            } else {
                open.put(receipt, left - 1);
            }
        }
    }

    /** How much of it did not come. */
    long missing() {
        return open.values().stream().mapToLong(Integer::longValue).sum();
    }

    /** How much of a part of what was to come did not. */
    long missingOf(List<Receipt> part) {
        Map<Receipt, Integer> left = new HashMap<>(open);
        return part.stream()
                .filter(receipt -> left.getOrDefault(receipt, 0) > 0)
                .peek(receipt -> left.merge(receipt, -1, Integer::sum))
                .count();
    }

    /** Where only a part was to come: nothing of it is lost. */
    Verdict ofAPart() {
        return new Verdict(0, 0, 0, 0, 0, duplicated, misrouted);
    }

    /**
     * Where all of it was to come.
     *
     * @param slots how many they were
     * @param lost of what is missing, what no gap speaks of
     */
    Verdict ofTheWhole(long slots, long lost) {
        return new Verdict(0, slots, expected, lost, missing() - lost, duplicated, misrouted);
    }
}
