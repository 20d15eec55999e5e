package io.firehole.history;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Finds out what a database is, installs the extension where that can be done, and says in words of people what is missing and
 * what works all the same.
 */
final class EditionCheck {

    private static final String STILL_WORKS =
            "Everything is kept and can be asked for: Firehole makes the minutes and hours itself and deletes old rows itself; "
                    + "rows are not compressed and take more than ten times the room";

    /** Creates the tables of a flyway that already has them in one way; the other would need another database. */
    private static final String MADE_BY_PROGRAM = "SELECT count(*) FROM information_schema.tables"
            + " WHERE table_schema = current_schema() AND table_name = 'grpc_metrics_1m' AND table_type = 'BASE TABLE'";

    private final DataSource source;
    private final Opening extensions;

    /** A connection that may die without harm to others. */
    @FunctionalInterface
    interface Opening {
        Connection open() throws SQLException;
    }

    EditionCheck(DataSource source, Opening extensions) {
        this.source = source;
        this.extensions = extensions;
    }

    /**
     * What was found.
     *
     * @param edition what can be used
     * @param remarks what is missing and why, for people
     */
    record Finding(Edition edition, List<String> remarks) {

        Finding {
            remarks = List.copyOf(remarks);
        }
    }

    Finding look() throws SQLException {
        Finding finding = lookAtExtension();
        if (finding.edition() == Edition.TIMESCALE && isMadeByProgram()) {
            List<String> remarks = new ArrayList<>(finding.remarks());
            remarks.add(
                    "the tables here were made when TimescaleDB's continuous aggregates could not be had, and stay as they"
                            + " are; to have them, let Firehole make its tables anew in another database or schema. "
                            + STILL_WORKS);
            return new Finding(Edition.PLAIN, remarks);
        }
        return finding;
    }

    private Finding lookAtExtension() throws SQLException {
        if (text("SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'")
                .isEmpty()) {
            if (text("SELECT default_version FROM pg_available_extensions WHERE name = 'timescaledb'")
                    .isEmpty()) {
                return plain("this is PostgreSQL without TimescaleDB: the extension is not installed on its server");
            }
            try (Connection apart = extensions.open();
                    Statement statement = apart.createStatement()) {
                statement.execute("CREATE EXTENSION IF NOT EXISTS timescaledb");
            } catch (SQLException e) {
                return plain(refused(e));
            }
        }
        return edition();
    }

    private Finding edition() throws SQLException {
        Optional<String> licence;
        try {
            licence = text("SHOW timescaledb.license");
        } catch (SQLException e) {
            return plain("TimescaleDB is installed here and not loaded (" + Forwarder.told(e)
                    + "): add timescaledb to shared_preload_libraries in postgresql.conf and restart the server");
        }
        if (licence.filter("apache"::equals).isPresent()) {
            return new Finding(
                    Edition.APACHE,
                    List.of(
                            "this TimescaleDB is the Apache edition (timescaledb.license = apache), which refuses continuous"
                                    + " aggregates, compression and policies. " + STILL_WORKS));
        }
        return new Finding(Edition.TIMESCALE, List.of());
    }

    /** Why the extension could not be installed. One that is not preloaded ends the connection instead of answering. */
    static String refused(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        String told = Forwarder.told(e);
        if (state.equals("42501")) {
            return "TimescaleDB could be installed here, but this user may not do that: as a superuser, run"
                    + " CREATE EXTENSION timescaledb in this database";
        }
        if (state.startsWith("08") || state.startsWith("57") || told.contains("preload")) {
            return "TimescaleDB could be installed here, but the server does not load it (" + told
                    + "): add timescaledb to shared_preload_libraries in postgresql.conf and restart the server";
        }
        return "TimescaleDB could not be installed here: " + told;
    }

    private static Finding plain(String why) {
        return new Finding(Edition.PLAIN, List.of(why + ". " + STILL_WORKS));
    }

    private boolean isMadeByProgram() throws SQLException {
        return text(MADE_BY_PROGRAM).filter(count -> !count.equals("0")).isPresent();
    }

    private Optional<String> text(String sql) throws SQLException {
        try (Connection connection = source.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            return row.next() ? Optional.ofNullable(row.getString(1)) : Optional.empty();
        }
    }
}
