package io.firehole.console.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.Labels;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SeriesChoiceTest {

    private final SeriesChoice choice = new SeriesChoice("monitor", 2);

    private Map<String, Double> shown(String... monitors) {
        Map<Labels, Double> figures = new LinkedHashMap<>();
        for (int i = 0; i < monitors.length; i++) {
            figures.put(Labels.of("monitor", monitors[i]), (double) monitors[i].charAt(0));
        }
        Map<String, Double> shown = new LinkedHashMap<>();
        choice.of(figures).forEach((labels, figure) -> shown.put(labels.get("monitor"), figure));
        return shown;
    }

    @Test
    void asLongAsThereIsRoomAllAreShown() {
        assertThat(shown("b", "a")).containsExactlyInAnyOrderEntriesOf(Map.of("a", 97.0, "b", 98.0));
    }

    @Test
    void whichAreShownDoesNotDependOnTheOrderInWhichTheyCome() {
        assertThat(shown("d", "c", "b", "a")).containsOnlyKeys("a", "b", "(others)");
        assertThat(shown("a", "b", "c", "d").get("(others)")).isEqualTo(99.0 + 100.0);
        assertThat(new SeriesChoiceTest().shown("a", "b", "c", "d")).containsOnlyKeys("a", "b", "(others)");
    }

    @Test
    void whoIsShownStaysAndWhoIsGoneMakesRoom() {
        shown("x", "y");
        assertThat(shown("a", "b", "x", "y")).containsOnlyKeys("x", "y", "(others)");
        assertThat(shown("a", "b", "y")).containsOnlyKeys("a", "y", "(others)");
        assertThat(shown("a", "y")).containsOnlyKeys("a", "y");
    }

    @Test
    void otherLabelsStandBesideTheOthers() {
        Map<Labels, Double> figures = new LinkedHashMap<>();
        List.of("a", "b", "c").forEach(id -> figures.put(Labels.of("monitor", id, "cause", "moved"), 1.0));
        assertThat(choice.of(figures)).containsEntry(Labels.of("monitor", "(others)", "cause", "moved"), 1.0);
    }
}
