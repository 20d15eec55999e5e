package io.firehole.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class EditionCheckTest {

    @Test
    void aMissingRightNamesTheStatementToRun() {
        assertThat(EditionCheck.refused(new SQLException("permission denied to create extension", "42501")))
                .contains("CREATE EXTENSION timescaledb", "superuser");
    }

    @Test
    void anExtensionThatIsNotPreloadedEndsTheConnectionAndIsExplained() {
        SQLException ended = new SQLException("An I/O error occurred", "08006", new EOFException("the server closed"));
        assertThat(EditionCheck.refused(ended)).contains("shared_preload_libraries", "the server closed");
        assertThat(EditionCheck.refused(new SQLException(
                        "FATAL: extension \"timescaledb\" must be preloaded\nHint: Please preload", "XX000")))
                .contains("shared_preload_libraries");
    }

    @Test
    void anyOtherReasonIsTold() {
        assertThat(EditionCheck.refused(new SQLException("disk full", "53100")))
                .isEqualTo("TimescaleDB could not be installed here: disk full");
    }
}
