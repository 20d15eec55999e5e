package io.firehole.filters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Base58Test {

    private static final String ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    /** From the draft that describes base58, and Solana's own programs. */
    @ParameterizedTest(name = "{1}")
    @CsvSource({
        "'', ''",
        "00, 1",
        "0000, 11",
        "01, 2",
        "39, z",
        "3a, 21",
        "48656c6c6f20576f726c6421, 2NEpo7TZRRrLZSi2U",
        "54686520717569636b2062726f776e20666f78206a756d7073206f76657220746865206c617a7920646f672e, "
                + "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
        "0000287fb4cd, 11233QC4",
        "0000000000000000000000000000000000000000000000000000000000000000, 11111111111111111111111111111111",
        "06ddf6e1d765a193d9cbe146ceeb79ac1cb485ed5f5b37913a8cf5857eff00a9, "
                + "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
        "069b8857feab8184fb687f634618c035dac439dc1aeb3b5598a0f00000000001, "
                + "So11111111111111111111111111111111111111112"
    })
    void encodesAndDecodesKnownTexts(String hex, String text) {
        byte[] bytes = HexFormat.of().parseHex(hex);

        assertThat(Base58.encode(bytes)).isEqualTo(text);
        assertThat(Base58.decode(text)).isEqualTo(bytes);
    }

    @Test
    void agreesWithPlainArithmeticOnRandomBytes() {
        Random random = new Random(58);
        for (int round = 0; round < 3_000; round++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            Arrays.fill(bytes, 0, random.nextInt(bytes.length + 1) / (1 + random.nextInt(8)), (byte) 0);

            String text = Base58.encode(bytes);

            assertThat(text).isEqualTo(slowly(bytes));
            assertThat(Base58.decode(text)).isEqualTo(bytes);
        }
    }

    private static String slowly(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        BigInteger base = BigInteger.valueOf(58);
        for (BigInteger rest = new BigInteger(1, bytes); rest.signum() > 0; rest = rest.divide(base)) {
            text.append(ALPHABET.charAt(rest.mod(base).intValue()));
        }
        for (int i = 0; i < bytes.length && bytes[i] == 0; i++) {
            text.append('1');
        }
        return text.reverse().toString();
    }

    @Test
    void goesBothWaysAtItsLimits() {
        byte[] most = new byte[Base58.BYTES_MAX];
        Arrays.fill(most, (byte) 0xff);

        String text = Base58.encode(most);

        assertThat(text.length()).isLessThanOrEqualTo(Base58.CHARS_MAX);
        assertThat(Base58.decode(text)).isEqualTo(most);
    }

    @ParameterizedTest(name = "\"{0}\"")
    @CsvSource({
        "0",
        "O",
        "I",
        "l",
        "1 1",
        "' 1'",
        "'1 '",
        "ä1",
        "1\u1234",
        "1\uffff",
        "11111111111111111111111111111111-"
    })
    void refusesACharacterOutsideTheAlphabet(String text) {
        assertThat(Base58.decodeOrNull(text)).isNull();
        assertThatThrownBy(() -> Base58.decode(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("alphabet");
    }

    @Test
    void refusesAnythingLongBeforeItReadsIt() {
        String hostile = "z".repeat(50_000_000);

        assertThatThrownBy(() -> Base58.decode(hostile))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("base58 text of 50000000 characters, at most 1400 are allowed");
        assertThatThrownBy(() -> Base58.encode(new byte[1_025]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("base58 of 1025 bytes asked for, at most 1024 are allowed");
    }
}
