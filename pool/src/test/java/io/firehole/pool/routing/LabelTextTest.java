package io.firehole.pool.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabelTextTest {

    private static long read(String text) {
        byte[] bytes = ("xx" + text + "xx").getBytes(StandardCharsets.UTF_8);
        return LabelText.read(bytes, 2, bytes.length - 4);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 9, 10, 35, 36, 1_295, 1_296, 123_456_789, Integer.MAX_VALUE})
    void readsWhatItWrote(int number) {
        assertThat(read(LabelText.filter(number))).isEqualTo(number);
        assertThat(read(LabelText.epoch(number))).isEqualTo(LabelText.EPOCH | number);
        assertThat(read(LabelText.seal(number))).isEqualTo(LabelText.SEAL | number);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "01",
                "A",
                "-1",
                " 1",
                "1 ",
                "E",
                "E01",
                "EE1",
                "M",
                "M01",
                "m_",
                "zzzzzzz",
                "Ezzzzzzz",
                "ü",
                "zik0zk"
            })
    void takesNothingElseForALabel(String text) {
        assertThat(read(text)).isEqualTo(LabelText.FOREIGN);
    }
}
