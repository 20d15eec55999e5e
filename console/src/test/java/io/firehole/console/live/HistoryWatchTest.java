package io.firehole.console.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HistoryWatchTest {

    private static final Optional<String> WELL = Optional.empty();

    private final List<String> told = new ArrayList<>();
    private final HistoryWatch watch = new HistoryWatch(told::add);

    private void look(int times, Optional<String> file, Optional<String> database, long dropped) {
        for (int i = 0; i < times; i++) {
            watch.look(new HistoryStanding(
                    1,
                    "history.db",
                    0,
                    0,
                    Map.of("queue-full", dropped),
                    file,
                    Optional.of(new HistoryStanding.Database(
                            "db", Optional.empty(), 0, Optional.empty(), 0, 0, database, List.of()))));
        }
    }

    @Test
    void troubleThatLastsIsToldOnceAndItsEndAsWell() {
        look(1, WELL, WELL, 0);
        look(10, Optional.of("disk full"), WELL, 0);
        look(10, WELL, WELL, 0);
        assertThat(told)
                .containsExactly(
                        "the history's file history.db takes nothing: disk full; rows wait in memory",
                        "the history's file history.db takes rows again");
    }

    @Test
    void whatComesAndGoesIsNotTold() {
        for (int i = 0; i < 20; i++) {
            look(2, WELL, Optional.of("refused"), 0);
            look(1, WELL, WELL, 0);
        }
        assertThat(told).isEmpty();
    }

    @Test
    void rowsThatAreNotKeptAreToldOfByReasonOnceAMinute() {
        look(1, WELL, WELL, 5);
        look(30, WELL, WELL, 100);
        assertThat(told).containsExactly("rows of the history were not kept, by reason: {queue-full=5}");
        look(60, WELL, WELL, 100);
        assertThat(told).last().isEqualTo("rows of the history were not kept, by reason: {queue-full=95}");
        look(200, WELL, WELL, 100);
        assertThat(told).hasSize(2);
    }
}
