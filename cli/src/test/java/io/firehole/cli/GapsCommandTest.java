package io.firehole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class GapsCommandTest {

    private static String gap(String filling) {
        return """
                {"brokeAt":"2026-02-03T04:05:06Z","monitor":"a","firstSlot":1,"lastSlot":9,"cause":"replay-too-far"%s}
                """.formatted(filling);
    }

    private static List<String> shown(String... fillings) throws Exception {
        List<String> gaps = List.of(fillings).stream().map(GapsCommandTest::gap).toList();
        StringWriter shown = new StringWriter();
        new GapsCommand()
                .print(
                        new ObjectMapper().readTree("{\"total\":%d,\"gaps\":%s}".formatted(gaps.size(), gaps)),
                        new PrintWriter(shown, true));
        return shown.toString().lines().skip(1).map(String::stripTrailing).toList();
    }

    @Test
    void aGapIsFilledInPartOnlyWhereSomethingWasDelivered() throws Exception {
        List<String> rows = shown(
                ",\"filling\":{\"whole\":true,\"slotsFilled\":9}",
                ",\"filling\":{\"whole\":false,\"slotsFilled\":1}",
                ",\"filling\":{\"whole\":false,\"slotsFilled\":0}",
                "");
        assertThat(rows).hasSize(4);
        assertThat(rows.get(0)).endsWith("  yes");
        assertThat(rows.get(1)).endsWith("  in part");
        assertThat(rows.get(2)).as("the node gave nothing").endsWith("  no");
        assertThat(rows.get(3)).as("nobody was asked").endsWith("  no");
    }
}
