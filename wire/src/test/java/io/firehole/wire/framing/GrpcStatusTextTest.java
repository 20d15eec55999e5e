package io.firehole.wire.framing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrpcStatusTextTest {

    @Test
    void leavesPrintableAsciiAsItIs() {
        StringBuilder printable = new StringBuilder();
        for (char c = ' '; c <= '~'; c++) {
            if (c != '%') {
                printable.append(c);
            }
        }

        assertThat(GrpcStatusText.encode(printable.toString())).isEqualTo(printable.toString());
    }

    @ParameterizedTest
    @CsvSource({"100%,100%25", "'a\nb',a%0Ab", "ü,%C3%BC", "€,%E2%82%AC", "\ud83d\ude00,%F0%9F%98%80", "'a\177',a%7F"})
    void escapesTheRestAndReadsItBack(String text, String encoded) {
        assertThat(GrpcStatusText.encode(text)).isEqualTo(encoded);
        assertThat(GrpcStatusText.decode(encoded)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"%,%", "%4,%4", "%zz,%zz", "100%,100%", "%%41,%A", "%e2%82%ac,€", "a%41,aA", "ü,ü"})
    void neverFailsOnAnEscapeThatIsNone(String encoded, String text) {
        assertThat(GrpcStatusText.decode(encoded)).isEqualTo(text);
    }

    @Test
    void replacesBytesThatAreNoText() {
        assertThat(GrpcStatusText.decode("%FF")).isEqualTo("\ufffd");
    }

    @Test
    void escapesHalfASurrogatePairAsAQuestionMark() {
        assertThat(GrpcStatusText.encode("\ud83d")).isEqualTo("%3F");
    }

    @Test
    void keepsATextThatJustFits() {
        String text = "x".repeat(GrpcStatusText.ENCODED_BYTES_MAX);

        assertThat(GrpcStatusText.encode(text)).isEqualTo(text);
    }

    @Test
    void cutsALongTextAtAWholeCharacter() {
        String encoded = GrpcStatusText.encode("é".repeat(100_000));

        assertThat(encoded.length()).isBetween(GrpcStatusText.ENCODED_BYTES_MAX - 9, GrpcStatusText.ENCODED_BYTES_MAX);
        assertThat(GrpcStatusText.decode(encoded)).matches("é+\\.\\.\\.");
    }
}
