package io.firehole.console.live;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Tells when the history gets into trouble and out of it, and when rows are not kept. What comes and goes within
 * {@link #PICTURES} pictures is not told, and rows that are given up are told of once in {@link #DROPS_EVERY}. One thread.
 */
final class HistoryWatch {

    /** For so many pictures in a row something must be otherwise. */
    static final int PICTURES = 3;

    /** Pictures between two words on rows that were not kept. */
    static final int DROPS_EVERY = 60;

    /** Whether one part is in trouble, as it was told. */
    private static final class Part {
        private boolean troubled;
        private int otherwise;

        /** Whether that is to be told now. */
        boolean turns(boolean troubledNow) {
            otherwise = troubledNow == troubled ? 0 : otherwise + 1;
            if (otherwise < PICTURES) {
                return false;
            }
            otherwise = 0;
            troubled = troubledNow;
            return true;
        }
    }

    private final Consumer<String> told;
    private final Part file = new Part();
    private final Part database = new Part();
    private Map<String, Long> toldDrops = Map.of();
    private int quietFor;

    /** @param told in one sentence */
    HistoryWatch(Consumer<String> told) {
        this.told = told;
    }

    /** How it stands in one more picture. */
    void look(HistoryStanding standing) {
        look(file, standing.trouble(), "the history's file " + standing.file(), "rows wait in memory");
        standing.database()
                .ifPresent(one -> look(
                        database, one.trouble(), "the history's database " + one.place(), "rows wait in the file"));
        if (quietFor > 0) {
            quietFor--;
        } else if (standing.droppedInAll()
                > toldDrops.values().stream().mapToLong(Long::longValue).sum()) {
            Map<String, Long> fresh = new LinkedHashMap<>();
            standing.dropped().forEach((reason, count) -> {
                long more = count - toldDrops.getOrDefault(reason, 0L);
                if (more > 0) {
                    fresh.put(reason, more);
                }
            });
            told.accept("rows of the history were not kept, by reason: " + fresh);
            toldDrops = standing.dropped();
            quietFor = DROPS_EVERY;
        }
    }

    private void look(Part part, Optional<String> trouble, String what, String meanwhile) {
        if (part.turns(trouble.isPresent())) {
            told.accept(trouble.map(why -> what + " takes nothing: " + why + "; " + meanwhile)
                    .orElse(what + " takes rows again"));
        }
    }
}
