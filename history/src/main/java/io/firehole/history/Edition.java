package io.firehole.history;

import java.util.Arrays;

/** What a database can do of what a history wants. */
enum Edition {
    /** All of it: hypertables, continuous aggregates, policies. */
    TIMESCALE("TimescaleDB", "common", "aggregates"),
    /** Hypertables alone. */
    APACHE("TimescaleDB, Apache edition", "common", "program", "hypertables"),
    /** Tables alone. */
    PLAIN("PostgreSQL", "common", "program");

    private final String label;

    private final String steps;

    Edition(String label, String... steps) {
        this.label = label;
        this.steps = String.join(",", steps);
    }

    /** For people. */
    String label() {
        return label;
    }

    /** Where the steps of its schema are. */
    String[] locations() {
        return Arrays.stream(steps.split(",", -1))
                .map(step -> "classpath:db/history/" + step)
                .toArray(String[]::new);
    }
}
