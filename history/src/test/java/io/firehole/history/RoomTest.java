package io.firehole.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much room a day takes, as docs/history.md says it. */
class RoomTest {

    private static final Instant BEGIN = Instant.parse("2026-03-14T00:00:00Z");

    /** An hour more costs what the hour before did. */
    private static final int HOURS = "true".equals(System.getenv("CI")) ? 24 : 3;

    private static final double SECONDS_MB = 28.4;
    private static final double ROLLUPS_MB = 1.2;

    @TempDir
    Path directory;

    @Test
    void aDayOfSevenMonitorsTakesWhatThePageSays() throws Exception {
        BusyHours hours = new BusyHours();
        try (EmbeddedStore store = EmbeddedStore.open(directory, false, BEGIN)) {
            for (int minute = 0; minute < Duration.ofHours(HOURS).toMinutes(); minute++) {
                store.write(hours.minute(BEGIN.plus(Duration.ofMinutes(minute)), "host"));
                store.rollUpStale();
            }
        }
        double seconds = megabytesADay("'second', 'latency_second'");
        double rollups = megabytesADay("'minute', 'hour', 'latency_minute', 'latency_hour'");
        double file = Files.size(directory.resolve("history.db")) / 1e6 * 24 / HOURS;
        System.out.printf(
                "A day of %d monitors: seconds %.1f MB, minutes and hours %.2f MB, file %.1f MB%n",
                BusyHours.MONITORS, seconds, rollups, file);
        assertThat(Path.of(System.getProperty("firehole.root"), "docs", "history.md"))
                .content()
                .contains("%.0f MB a day for seconds".formatted(SECONDS_MB), ROLLUPS_MB + " MB a day for minutes");
        assertThat(seconds).isCloseTo(SECONDS_MB, withinPercentage(5));
        assertThat(rollups).isCloseTo(ROLLUPS_MB, withinPercentage(10));
        assertThat(file).isCloseTo(seconds + rollups, withinPercentage(5));
    }

    private double megabytesADay(String tables) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("history.db"));
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT sum(pgsize) FROM dbstat WHERE name IN (" + tables + ")")) {
            return row.getLong(1) / 1e6 * 24 / HOURS;
        }
    }
}
