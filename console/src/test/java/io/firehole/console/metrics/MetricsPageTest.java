package io.firehole.console.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds the table of docs/metrics.md to the code, row by row. */
class MetricsPageTest {

    private static final Path PAGE = Path.of(System.getProperty("firehole.root"), "docs", "metrics.md");
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `(firehole_\\w+)` \\| (counter|gauge|histogram) \\| ([^|]*) \\| ([^|]+) \\|$");

    /** Nobody looks at figures here. */
    private static final List<MetricFamily> FAMILIES = MetricsResource.families(
            () -> {
                throw new IllegalStateException("nobody looks");
            },
            Map::of,
            InstantSource.system());

    private static String row(MetricFamily family) {
        String labels = family.labels().isEmpty() ? "" : "`" + String.join("`, `", family.labels()) + "`";
        return "| `" + family.name() + "` | " + family.type() + " | " + labels + " | " + family.help() + " |";
    }

    @Test
    void thePageHasEveryMetricAndNoOther() throws IOException {
        List<String> written = ROW.matcher(Files.readString(PAGE))
                .results()
                .map(MatchResult::group)
                .toList();
        assertThat(written)
                .containsExactlyElementsOf(
                        FAMILIES.stream().map(MetricsPageTest::row).toList());
    }

    @Test
    void namesAndUnitsAreThoseOfPrometheus() {
        assertThat(FAMILIES)
                .extracting(MetricFamily::name)
                .doesNotHaveDuplicates()
                .allSatisfy(name -> assertThat(name).matches("firehole_[a-z0-9_]+"))
                .noneMatch(name -> name.contains("millis") || name.contains("micros"));
    }
}
