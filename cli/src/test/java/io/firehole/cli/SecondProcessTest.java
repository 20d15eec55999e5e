package io.firehole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.cli.Programs.Program;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two processes of one state directory. */
@Timeout(120)
class SecondProcessTest {

    @Test
    void theSecondSaysThatTheHistoryIsTakenAndKeepsItsOwn(@TempDir Path folder) throws Exception {
        try (Programs programs = new Programs(folder)) {
            Program first = serve(programs);
            Program second = serve(programs);
            Path histories = folder.resolve("state").resolve("history");
            assertThat(histories.resolve("history.db")).exists();
            assertThat(histories.resolve("history-2.db")).exists();
            assertThat(first.words()).doesNotContain("Another process");
            assertThat(second.words())
                    .contains("Another process keeps its history in " + histories.resolve("history.db")
                            + "; this one keeps its own in " + histories.resolve("history-2.db"));
        }
    }

    private static Program serve(Programs programs) throws Exception {
        Program program = programs.start(
                Map.of("GRPC_URL", "http://127.0.0.1:1", "FIREHOLE_GATEWAY_LISTEN", "127.0.0.1:0"), "serve");
        assertThat(program.firstLine()).as(program.words()).isNotEqualTo("null");
        return program;
    }
}
