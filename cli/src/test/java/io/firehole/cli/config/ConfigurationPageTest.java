package io.firehole.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page a user reads and the keys the program reads are the same. */
class ConfigurationPageTest {

    private static final Pattern ROW = Pattern.compile("\\| `([a-z.-]+)` \\| `([A-Z_]+)`[^|]*\\| ([^|]+) \\|.*");

    @Test
    void namesEveryKeyWithItsVariableAndDefaultInOrder() throws Exception {
        Map<String, String> defaults =
                ConfigReader.read(Map.of(), Map.of("GRPC_URL", "host", "HOME", "/~"), null).settings().stream()
                        .collect(Collectors.toMap(Setting::key, Setting::value));
        List<String> expected = Keys.ALL.stream()
                .map(key -> key.path() + " " + key.variable() + " "
                        + (key.equals(Keys.ENDPOINT)
                                ? "none, it must be given"
                                : defaults.getOrDefault(key.path(), "")
                                        .replaceAll("[()]", "")
                                        .replace("/~", "~")))
                .toList();
        assertThat(rows()).isEqualTo(expected);
    }

    private static List<String> rows() throws IOException {
        return Files.readAllLines(Path.of(System.getProperty("firehole.root"), "docs/configuration.md")).stream()
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .map(row ->
                        row.group(1) + " " + row.group(2) + " " + row.group(3).strip())
                .toList();
    }
}
