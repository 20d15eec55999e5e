package io.firehole.filters.tally;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.filters.FilterKind;
import io.firehole.filters.Recordings;
import io.firehole.filters.SubscribeRequests;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a filter must pass, as two evaluators that are not ours found it. */
class GroundTruthTest {

    static List<GroundTruthRow> rows() {
        return GroundTruthRow.readAll();
    }

    @Test
    void readsEveryRowOfThePage() {
        List<Integer> numbers = rows().stream().map(GroundTruthRow::no).toList();

        // The page has no rows 54 to 59 and no row 106.
        assertThat(numbers)
                .isEqualTo(IntStream.rangeClosed(1, 110)
                        .filter(no -> (no < 54 || no > 59) && no != 106)
                        .boxed()
                        .toList())
                .hasSize(103);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void passesWhatThePageSays(GroundTruthRow row) throws Exception {
        CaptureTally found = CaptureTally.of(Recordings.open(row.file()), SubscribeRequests.fromJson(row.request()));

        assertThat(found.filters()).hasSize(1);
        Map.Entry<FilterKind, Map<String, Tally>> kind =
                found.filters().entrySet().iterator().next();
        assertThat(kind.getKey().fieldName()).isEqualTo(row.kind());
        Tally tally = kind.getValue().getOrDefault("row", new Tally());
        assertThat(tally.count()).isEqualTo(row.expected());
        assertThat(tally.sha256()).hasSize(64).startsWith(row.ids());
        assertThat(found.total().count()).isEqualTo(row.expected());
        assertThat(found.total().sha256()).isEqualTo(tally.sha256());
    }
}
