package io.firehole.console.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the alert rules and Grafana's dashboard to the metrics that there are; promtool reads every expression. */
class MonitoringFilesTest {

    private static final Path ROOT = Path.of(System.getProperty("firehole.root"));
    private static final Path FOLDER = ROOT.resolve("monitoring");
    private static final Path ALERTS = FOLDER.resolve("firehole-alerts.yaml");
    private static final Path DASHBOARD = FOLDER.resolve("grafana-dashboard.json");
    private static final Pattern METRIC = Pattern.compile("\\bfirehole_\\w+");
    private static final Pattern ALERT = Pattern.compile("alert: (\\w+)");

    @TempDir
    Path folder;

    @Test
    void theyAskOnlyForMetricsThatThereAre() throws IOException {
        Set<String> known = MetricsResource.families(
                        () -> {
                            throw new IllegalStateException("nobody looks");
                        },
                        Map::of,
                        InstantSource.system())
                .stream()
                .flatMap(MonitoringFilesTest::namesOf)
                .collect(Collectors.toSet());
        assertThat(metricsOf(Files.readString(ALERTS))).isNotEmpty().isSubsetOf(known);
        assertThat(metricsOf(Files.readString(DASHBOARD)))
                .as("variables of the dashboard, too")
                .isNotEmpty()
                .isSubsetOf(known);
    }

    private static Stream<String> namesOf(MetricFamily family) {
        return family.type().equals("histogram")
                ? Stream.of("_bucket", "_sum", "_count").map(end -> family.name() + end)
                : Stream.of(family.name());
    }

    @Test
    void theRulesFireWhenTheyShouldAndOnlyThen() throws Exception {
        promtool("check", "rules", ALERTS.toString());
        promtool("test", "rules", FOLDER.resolve("firehole-alerts-test.yaml").toString());
    }

    @Test
    void eachRuleIsTestedAndExplained() throws IOException {
        String tests = Files.readString(FOLDER.resolve("firehole-alerts-test.yaml"));
        String page = Files.readString(ROOT.resolve("docs/operations.md"));
        List<String> alerts = ALERT.matcher(Files.readString(ALERTS))
                .results()
                .map(match -> match.group(1))
                .toList();
        assertThat(alerts)
                .isNotEmpty()
                .allSatisfy(alert ->
                        assertThat(tests).containsPattern("alertname: " + alert + "\\b(?s:[^}]{0,40})exp_alerts"))
                .allSatisfy(alert -> assertThat(page).contains("`" + alert + "`"));
    }

    @Test
    void prometheusUnderstandsWhatTheDashboardAsks() throws Exception {
        StringBuilder rules = new StringBuilder("groups:\n  - name: dashboard\n    rules:\n");
        List<String> expressions = expressions();
        for (int i = 0; i < expressions.size(); i++) {
            String concrete = expressions
                    .get(i)
                    .replace("$__rate_interval", "1m")
                    .replace("$__range", "1h")
                    .replace("$instance", ".*")
                    .replace("$monitor", ".*");
            assertThat(concrete).doesNotContain("$");
            rules.append("      - record: panel:").append(i).append("\n        expr: >-\n          ");
            rules.append(concrete).append('\n');
        }
        promtool(
                "check",
                "rules",
                Files.writeString(folder.resolve("rules.yaml"), rules).toString());
    }

    @Test
    void eachPanelSaysWhatItShowsAndHasRoomOfItsOwn() throws IOException {
        List<JsonNode> panels = panels();
        assertThat(panels).extracting(panel -> panel.get("id").intValue()).doesNotHaveDuplicates();
        for (JsonNode panel : panels) {
            if (!panel.get("type").textValue().equals("row")) {
                assertThat(panel.get("title").textValue()).isNotBlank();
                assertThat(panel.get("description").textValue()).isNotBlank();
                assertThat(panel.at("/fieldConfig/defaults/unit").textValue()).isNotBlank();
            }
            assertThat(panels)
                    .filteredOn(other -> !other.equals(panel) && overlap(other.get("gridPos"), panel.get("gridPos")))
                    .isEmpty();
        }
    }

    private static boolean overlap(JsonNode one, JsonNode other) {
        return one.get("x").intValue()
                        < other.get("x").intValue() + other.get("w").intValue()
                && other.get("x").intValue()
                        < one.get("x").intValue() + one.get("w").intValue()
                && one.get("y").intValue()
                        < other.get("y").intValue() + other.get("h").intValue()
                && other.get("y").intValue()
                        < one.get("y").intValue() + one.get("h").intValue();
    }

    private static List<JsonNode> panels() throws IOException {
        List<JsonNode> panels = new ArrayList<>();
        new ObjectMapper().readTree(DASHBOARD.toFile()).get("panels").forEach(panels::add);
        assertThat(panels).isNotEmpty();
        return panels;
    }

    private static List<String> expressions() throws IOException {
        List<String> expressions = new ArrayList<>();
        for (JsonNode panel : panels()) {
            panel.path("targets")
                    .forEach(target -> expressions.add(target.get("expr").textValue()));
        }
        return expressions;
    }

    private static Set<String> metricsOf(String text) {
        return METRIC.matcher(text).results().map(MatchResult::group).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Has promtool say yes; skips where it is missing, which in CI is a failure. */
    private void promtool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(List.of(arguments));
        Path said = folder.resolve("said");
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
        } catch (IOException notInstalled) {
            String missing = "there is no promtool on the PATH; it comes with Prometheus";
            if ("true".equals(System.getenv("CI"))) {
                fail("the alert rules must be read in CI, but " + missing);
            }
            System.err.println("SKIPPED MonitoringFilesTest: " + missing);
            assumeTrue(false, missing);
            return;
        }
        assertThat(process.waitFor())
                .as(Files.readString(said, StandardCharsets.UTF_8))
                .isZero();
    }
}
