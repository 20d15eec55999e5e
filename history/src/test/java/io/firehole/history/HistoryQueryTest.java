package io.firehole.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HistoryQueryTest {

    private static final List<String> INJECTIONS = List.of(
            "30m; DROP TABLE grpc_pool_metrics",
            "30m'",
            "30 minutes",
            "' OR '1'='1",
            "1m UNION SELECT 1",
            "30m--",
            "30m/**/",
            "30m\0",
            "30m\n",
            " 30m",
            "３０m",
            "-30m",
            "+30m",
            "3e1m",
            "0x1m",
            "99999999999999999999m",
            "30M",
            "30",
            "m",
            "");

    @Test
    void periodsAreWrittenWithTheirUnit() {
        assertThat(Period.parse("30m").length()).isEqualTo(Duration.ofMinutes(30));
        assertThat(Period.parse("24h").length()).isEqualTo(Duration.ofHours(24));
        assertThat(Period.parse("7d").length()).isEqualTo(Duration.ofDays(7));
        for (String text : List.of("1m", "30m", "90m", "1h", "24h", "7d", "90d")) {
            assertThat(Period.parse(text).text()).isEqualTo(text);
        }
    }

    @Test
    void whatIsNoPeriodIsRefusedByWhatIsAllowedAndNotRepeated() {
        for (String text : INJECTIONS) {
            assertThatIllegalArgumentException()
                    .as("[%s]", text)
                    .isThrownBy(() -> Period.parse(text))
                    .withMessage(
                            "a period is a whole number of minutes, hours or days, from 1m to 90d, as in 30m, 24h or 7d");
        }
        for (String text : List.of("0m", "0d", "91d", "2161h", "129601m", "999999d")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Period.parse(text))
                    .withMessageContaining("1m to 90d");
        }
    }

    @Test
    void whatIsNoGroupIsRefusedByWhatIsAllowedAndNotRepeated() {
        assertThat(GroupBy.parse("connection")).isEqualTo(GroupBy.CONNECTION);
        assertThat(GroupBy.parse("monitor")).isEqualTo(GroupBy.MONITOR);
        for (String text :
                List.of("", "CONNECTION", "monitor_id", "monitor; --", "1", "monitor, connection", "'monitor'")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> GroupBy.parse(text))
                    .withMessage("group_by is connection or monitor");
        }
    }

    @Test
    void halfAnHourByConnectionIsUsual() {
        HistoryQuery usual = HistoryQuery.parse(Optional.empty(), Optional.empty());
        assertThat(usual.period().text()).isEqualTo("30m");
        assertThat(usual.groupBy()).isEqualTo(GroupBy.CONNECTION);
        assertThat(usual.limit()).isEqualTo(HistoryQuery.ROWS_MAX);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HistoryQuery(Period.DEFAULT, GroupBy.MONITOR, Optional.empty(), 0))
                .withMessageContaining("from 1 to 100000, was 0");
    }

    @Test
    void upToADayComesByTheMinuteAndMoreByTheHour() {
        assertThat(Resolution.ofRows(Period.parse("24h"))).isEqualTo(Resolution.MINUTE);
        assertThat(Resolution.ofRows(Period.parse("25h"))).isEqualTo(Resolution.HOUR);
        assertThat(Resolution.ofLatencies(Period.parse("1h"))).isEqualTo(Resolution.SECOND);
        assertThat(Resolution.ofLatencies(Period.parse("90d"))).isEqualTo(Resolution.HOUR);
    }
}
