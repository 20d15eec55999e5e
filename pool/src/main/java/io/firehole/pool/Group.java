package io.firehole.pool;

import java.util.Locale;
import java.util.Optional;

/** How often a monitor is expected to receive: decides how many monitors share a connection with it. */
public enum Group {
    /** Few companions on a connection. */
    HIGH,
    /** Where a monitor belongs that nobody has named. */
    MEDIUM,
    /** Many companions on a connection. */
    LOW;

    /** The word used in configuration, metadata and JSON. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The group of that word, whatever its case; empty for any other word. */
    public static Optional<Group> of(String word) {
        for (Group group : values()) {
            if (group.name().equalsIgnoreCase(word)) {
                return Optional.of(group);
            }
        }
        return Optional.empty();
    }
}
