package io.firehole.cli.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Where a history is kept. */
enum HistoryStoreChoice {
    /** In a file. */
    EMBEDDED,
    /** In a file, and from there in a database. */
    TIMESCALE,
    /** Nowhere. */
    NONE;

    /** As in {@code embedded}. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The one of that word. */
    static HistoryStoreChoice parse(String text) {
        for (HistoryStoreChoice choice : values()) {
            if (choice.word().equals(text.strip())) {
                return choice;
            }
        }
        throw new IllegalArgumentException("must be one of "
                + Arrays.stream(values()).map(HistoryStoreChoice::word).collect(Collectors.joining(", ")));
    }
}
