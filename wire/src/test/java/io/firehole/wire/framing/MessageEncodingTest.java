package io.firehole.wire.framing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.Recordings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MessageEncodingTest {

    private static final int LIMIT = 32 << 20;
    private static final long BOMB_BYTES = 256L << 20;

    @ParameterizedTest
    @EnumSource
    void packsAndUnpacksRealUpdates(MessageEncoding encoding) throws FramingException {
        for (byte[] message : Recordings.BLOCK.open().messages().subList(0, 500)) {
            byte[] packed = encoding.compress(message);

            assertThat(encoding.decompress(packed, 0, packed.length, LIMIT)).isEqualTo(message);
        }
    }

    @ParameterizedTest
    @EnumSource
    void packsAndUnpacksARange(MessageEncoding encoding) throws FramingException {
        byte[] packed = encoding.compress(new byte[] {9, 1, 2, 3, 9}, 1, 3);
        byte[] buffer = new byte[packed.length + 8];
        System.arraycopy(packed, 0, buffer, 5, packed.length);

        assertThat(encoding.decompress(buffer, 5, packed.length, LIMIT)).containsExactly(1, 2, 3);
    }

    @ParameterizedTest
    @EnumSource
    void unpacksUpToTheLimitAndNoByteMore(MessageEncoding encoding) throws FramingException {
        byte[] packed = encoding.compress(new byte[1_000]);

        assertThat(encoding.decompress(packed, 0, packed.length, 1_000)).hasSize(1_000);
        assertThatThrownBy(() -> encoding.decompress(packed, 0, packed.length, 999))
                .isInstanceOf(OversizeMessageException.class)
                .hasMessage("message of " + packed.length + " bytes of " + encoding.wireName()
                        + " unpacks to more than the limit of 999 bytes");
    }

    @Test
    void stopsAGzipBombAtTheLimit() throws IOException {
        byte[] bomb = bomb(MessageEncoding.GZIP);

        assertThat(bomb.length).isLessThan(LIMIT);
        assertThatThrownBy(() -> MessageEncoding.GZIP.decompress(bomb, 0, bomb.length, LIMIT))
                .isInstanceOf(OversizeMessageException.class);
    }

    @Test
    void stopsAZstdBombAtTheLimit() throws IOException {
        byte[] bomb = bomb(MessageEncoding.ZSTD);

        assertThat(bomb.length).isLessThan(LIMIT);
        assertThatThrownBy(() -> MessageEncoding.ZSTD.decompress(bomb, 0, bomb.length, LIMIT))
                .isInstanceOf(OversizeMessageException.class);
    }

    @Test
    void refusesAZstdWindowLargerThanTheLimit() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (ZstdOutputStream out = new ZstdOutputStream(packed)) {
            out.setLong(27); // asks whoever unpacks it for 128 MiB
            out.write(new byte[] {1, 2, 3});
        }

        assertThatThrownBy(() -> MessageEncoding.ZSTD.decompress(packed.toByteArray(), 0, packed.size(), LIMIT))
                .isInstanceOf(FramingException.class)
                .hasMessageEndingWith("is not valid zstd");
    }

    @ParameterizedTest
    @EnumSource(
            value = MessageEncoding.class,
            names = {"GZIP", "ZSTD"})
    void refusesEveryTruncation(MessageEncoding encoding) {
        byte[] packed = encoding.compress("a text that is packed, packed, packed".getBytes(StandardCharsets.UTF_8));

        for (int length = 1; length < packed.length; length++) {
            int cut = length;
            assertThatThrownBy(() -> encoding.decompress(packed, 0, cut, LIMIT))
                    .as("%s bytes of %s", cut, packed.length)
                    .isInstanceOfSatisfying(
                            FramingException.class,
                            e -> assertThat(e.status())
                                    .isEqualTo(GrpcStatus.Code.INTERNAL.with(
                                            "message of " + cut + " bytes is not valid " + encoding.wireName())));
        }
    }

    @Test
    void knowsAnEncodingByItsNameOnTheWire() {
        assertThat(MessageEncoding.named(null)).isEqualTo(MessageEncoding.IDENTITY);
        assertThat(MessageEncoding.named("zstd")).isEqualTo(MessageEncoding.ZSTD);
        assertThat(MessageEncoding.named("snappy")).isNull();
        assertThat(MessageEncoding.ACCEPTED.split(","))
                .containsExactly(Arrays.stream(MessageEncoding.values())
                        .map(MessageEncoding::wireName)
                        .toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "null",
            value = {
                "null             | IDENTITY",
                "''               | IDENTITY",
                "identity         | IDENTITY",
                "snappy,deflate   | IDENTITY",
                "gzip             | GZIP",
                "zstd             | ZSTD",
                "identity,zstd,gzip | ZSTD",
                "'identity, gzip , zstd' | GZIP",
                "'br,, zstd'      | ZSTD"
            })
    void answersInTheFirstEncodingTheClientNames(String acceptEncoding, MessageEncoding expected) {
        assertThat(MessageEncoding.chosenFrom(acceptEncoding)).isEqualTo(expected);
    }

    private static byte[] bomb(MessageEncoding encoding) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        byte[] zeros = new byte[1 << 20];
        try (OutputStream out =
                encoding == MessageEncoding.GZIP ? new GZIPOutputStream(packed) : new ZstdOutputStream(packed)) {
            for (long written = 0; written < BOMB_BYTES; written += zeros.length) {
                out.write(zeros);
            }
        }
        return packed.toByteArray();
    }
}
