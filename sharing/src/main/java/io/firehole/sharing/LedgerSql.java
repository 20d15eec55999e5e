package io.firehole.sharing;

import io.firehole.pool.budget.ledger.LedgerName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What a shared ledger says to PostgreSQL. Times are microseconds since 1970, as numbers: nothing depends on a time zone.
 *
 * @param lockKey the advisory lock of one ledger
 * @param clock how the database tells the time: {@code clock_timestamp()}, and not {@code now()}, which stands still from
 *     the start of a transaction and so from before it had the lock
 */
record LedgerSql(long lockKey, String clock) {

    static final String CLOCK = "clock_timestamp()";

    /** Known to docs/sharing.md as well, for those who make the tables themselves. */
    static final String TABLES = """
            CREATE TABLE IF NOT EXISTS firehole_ledger_scope (
              scope       text   PRIMARY KEY,
              timeline    text   NOT NULL,
              keep_us     bigint NOT NULL,
              hold_until_us bigint NOT NULL,
              hold_reason text   NOT NULL
            );
            CREATE TABLE IF NOT EXISTS firehole_ledger_entry (
              scope      text     NOT NULL,
              id         uuid     NOT NULL,
              kind       smallint NOT NULL,
              granted_us bigint   NOT NULL,
              bound_us   bigint   NOT NULL,
              PRIMARY KEY (scope, id)
            );
            """;

    /** Two processes that make the tables at once would meet in the catalogue. */
    static final String LOCK_FOR_TABLES = "SELECT pg_advisory_xact_lock(" + key("tables") + ")";

    static final String HAS_TABLES =
            "SELECT to_regclass('firehole_ledger_scope') IS NOT NULL AND to_regclass('firehole_ledger_entry') IS NOT NULL";

    static final String ENTRIES = "SELECT id, kind, granted_us, bound_us FROM firehole_ledger_entry WHERE scope = ?";

    static final String ADD = """
            INSERT INTO firehole_ledger_entry (scope, id, kind, granted_us, bound_us) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (scope, id) DO UPDATE SET granted_us = EXCLUDED.granted_us, bound_us = EXCLUDED.bound_us""";

    static final String BOUND = "UPDATE firehole_ledger_entry SET bound_us = ? WHERE scope = ? AND id = ?";

    static final String FORGET = "DELETE FROM firehole_ledger_entry WHERE scope = ? AND bound_us <= ?";

    static final String SET_SCOPE = """
            INSERT INTO firehole_ledger_scope (scope, timeline, keep_us, hold_until_us, hold_reason) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (scope) DO UPDATE SET timeline = EXCLUDED.timeline, keep_us = EXCLUDED.keep_us,
              hold_until_us = EXCLUDED.hold_until_us, hold_reason = EXCLUDED.hold_reason""";

    static LedgerSql of(LedgerName name, String clock) {
        return new LedgerSql(key("ledger " + name.text()), clock);
    }

    String lock() {
        return "SELECT pg_advisory_xact_lock(" + lockKey + ")";
    }

    /**
     * The time, whose memory this is, and the scope. A standby that was promoted, and a copy put back from an archive, are
     * on another timeline; another cluster has another identifier.
     */
    String state() {
        return "SELECT (extract(epoch FROM " + clock + ") * 1000000)::bigint AS now_us,"
                + " (SELECT system_identifier FROM pg_control_system())::text || '/'"
                + " || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS timeline_now,"
                + " scope.timeline, scope.keep_us, scope.hold_until_us, scope.hold_reason"
                + " FROM (VALUES (?)) AS wanted (name)"
                + " LEFT JOIN firehole_ledger_scope scope ON scope.scope = wanted.name";
    }

    private static long key(String of) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(("firehole " + of).getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(hash).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
