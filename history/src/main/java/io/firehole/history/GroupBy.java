package io.firehole.history;

import java.util.Locale;

/** By what the rows of an answer are put together. */
public enum GroupBy {
    /** One row for each connection, whatever monitors it served. */
    CONNECTION("life, connection_id", "life", "connection_id"),
    /** One row for each monitor, over whatever connections. */
    MONITOR("monitor_id", "0", "monitor_id");

    private final String columns;
    private final String life;
    private final String id;

    GroupBy(String columns, String life, String id) {
        this.columns = columns;
        this.life = life;
        this.id = id;
    }

    /**
     * The one of that word, {@code connection} or {@code monitor}.
     *
     * @throws IllegalArgumentException for any other text; the message says what is allowed and does not repeat the text
     */
    public static GroupBy parse(String text) {
        for (GroupBy groupBy : values()) {
            if (groupBy.word().equals(text)) {
                return groupBy;
            }
        }
        throw new IllegalArgumentException("group_by is connection or monitor");
    }

    /** As in {@code connection}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The columns that make a group. */
    String columns() {
        return columns;
    }

    /** The column with the number of the process, or 0 where a group goes over several. */
    String life() {
        return life;
    }

    /** The column with the group's id. */
    String id() {
        return id;
    }
}
