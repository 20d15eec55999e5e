package io.firehole.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused, and in which words. Bytes are hex; {@code 1a} opens the slot variant, whose field {@code 08} is the slot. */
class MalformedUpdateTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "00                         | field number 0 at byte 0",
                "02 00                      | field number 0 at byte 0",
                "1a 02 00 00                | field number 0 at byte 2",
                "ff                         | a varint that runs past the end at byte 0",
                "1a                         | a varint that runs past the end at byte 1",
                "1a 01 08                   | a varint that runs past the end at byte 3",
                "1a 02 08 ff 01             | a varint that runs past the end at byte 3",
                "80 80 80 80 80 80 80 80 80 80 01 | a varint of more than 10 bytes at byte 0",
                "1a 0c 08 ff ff ff ff ff ff ff ff ff ff 01 | a varint of more than 10 bytes at byte 3",
                "80 80 80 80 10             | a field number of more than 29 bits at byte 0",
                "8a 80 80 80 80 80 80 80 80 01 | a field number of more than 29 bits at byte 0",
                "0a 05 61                   | a length of 5 where 1 bytes are left at byte 1",
                "1a 03 08 01                | a length of 3 where 2 bytes are left at byte 1",
                "0a ff ff ff ff 07          | a length of 2147483647 where 0 bytes are left at byte 1",
                "0a ff ff ff ff 0f          | a length of 4294967295 where 0 bytes are left at byte 1",
                "0a ff ff ff ff ff ff ff ff ff 01 | a length of 18446744073709551615 where 0 bytes are left at byte 1",
                "0a 80 80 80 80 80 80 80 80 80 01 | a length of 9223372036854775808 where 0 bytes are left at byte 1",
                "0a 81 80 80 80 10 61       | a length of 4294967297 where 1 bytes are left at byte 1",
                "79 01 02 03                | a fixed value of 8 bytes that runs past the end at byte 1",
                "7d 01 02 03                | a fixed value of 4 bytes that runs past the end at byte 1",
                "7e 00                      | wire type 6 at byte 1",
                "1a 02 7f 00                | wire type 7 at byte 3",
                "7c                         | the end of group 15, which is not open at byte 1",
                "1a 01 1c                   | the end of group 3, which is not open at byte 3",
                "7b                         | group 15, which never ends, at byte 1",
                "7b 08 01                   | group 15, which never ends, at byte 1",
                "1a 01 7b 7c                | group 15, which never ends, at byte 3",
                "7b 74                      | the end of group 14, which is not open at byte 2",
                "7b 73 7c 74                | the end of group 15, which is not open at byte 3",
                "22 04 0a 02 0a 05          | a length of 5 where 0 bytes are left at byte 5"
            })
    void namesWhatIsWrongAndWhere(String hex, String message) {
        assertThatThrownBy(() -> RawUpdate.parse(bytes(hex)))
                .isInstanceOf(MalformedUpdateException.class)
                .hasMessage(message);
    }

    @Test
    void countsOffsetsFromTheStartOfTheMessage() {
        assertThatThrownBy(() -> RawUpdate.parse(bytes("ff ff 0a 05 61"), 2, 3))
                .hasMessage("a length of 5 where 1 bytes are left at byte 1");
    }

    @Test
    void skipsGroupsAsDeepAsTheLimitAndNoDeeper() throws MalformedUpdateException {
        assertThat(RawUpdate.parse(nestedGroups(ByteCursor.GROUP_DEPTH_MAX)).kind())
                .isEqualTo(UpdateKind.UNKNOWN);
        assertThatThrownBy(() -> RawUpdate.parse(nestedGroups(ByteCursor.GROUP_DEPTH_MAX + 1)))
                .isInstanceOf(MalformedUpdateException.class)
                .hasMessage("groups nested more than 100 deep at byte 101");
    }

    @Test
    void refusesAMillionOpenGroupsWithoutOverflowingTheStack() {
        byte[] bytes = new byte[1_000_000];
        Arrays.fill(bytes, (byte) 0x7b);

        assertThatThrownBy(() -> RawUpdate.parse(bytes)).isInstanceOf(MalformedUpdateException.class);
    }

    @Test
    void readsAsManyNamesAsTheLimitAndNoMore() throws MalformedUpdateException {
        assertThat(RawUpdate.parse(emptyNames(RawUpdate.NAMES_MAX)).filterCount())
                .isEqualTo(RawUpdate.NAMES_MAX);
        assertThatThrownBy(() -> RawUpdate.parse(emptyNames(RawUpdate.NAMES_MAX + 1)))
                .isInstanceOf(MalformedUpdateException.class)
                .hasMessage("more than 1048576 filter names at byte 2097153");
    }

    private static byte[] emptyNames(int count) {
        byte[] bytes = new byte[2 * count];
        for (int i = 0; i < bytes.length; i += 2) {
            bytes[i] = 0x0a;
        }
        return bytes;
    }

    private static byte[] nestedGroups(int depth) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes("{".repeat(depth).getBytes(StandardCharsets.US_ASCII)); // 0x7b: opens 15
        bytes.writeBytes("|".repeat(depth).getBytes(StandardCharsets.US_ASCII)); // 0x7c: ends it
        return bytes.toByteArray();
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
