package io.firehole.history;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The database, as far as the forwarder needs it. Forwarder's thread. */
interface Remote {

    /** Finds out what it is, and makes the tables if they are not there. Once, until it succeeds. */
    void prepare() throws SQLException;

    /** As {@link HistoryStore#write}. */
    int write(Batch batch) throws SQLException;

    /** As {@link HistoryStore#rollUp}. */
    void rollUp(TimeRange range) throws SQLException;

    /** Whether rows of that second are in no rollup before somebody makes it anew. */
    boolean needsRollUp(Instant second, Instant now);

    /** Does what the database would not do by itself: to be called about once a minute. */
    void maintain(Instant now) throws SQLException;

    /** Its URL without parameters. */
    String place();

    /** What it is, for people; empty before {@link #prepare}. Any thread. */
    Optional<String> edition();

    /** What works differently there and why, for people. Any thread. */
    List<String> remarks();
}
