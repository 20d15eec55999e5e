package io.firehole.wire.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.wire.Recordings;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdate.UpdateOneofCase;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptureTest {

    @Test
    void readsTheBlockWholeAndUnchanged() throws Exception {
        Capture capture = Recordings.BLOCK.open();

        assertThat(capture.size()).isEqualTo(4_725);
        assertThat(sha256(unpacked(capture)))
                .isEqualTo("d7f63a37132cd173c15d44e05f2bfd07658e1d88ce5619c80a95891f6473d3f6");
        assertThat(countsByKind(capture))
                .isEqualTo(Map.of(
                        UpdateOneofCase.SLOT, 6L,
                        UpdateOneofCase.ACCOUNT, 2_928L,
                        UpdateOneofCase.TRANSACTION, 1_790L,
                        UpdateOneofCase.BLOCK_META, 1L));
    }

    @Test
    void readsTheStreamWholeAndUnchanged() throws Exception {
        Capture capture = Recordings.STREAM.open();

        assertThat(capture.size()).isEqualTo(40_186);
        assertThat(sha256(unpacked(capture)))
                .isEqualTo("86b81eb1f118ef638b5bd7650671918beea910c6116163f25e54c245d10f32b6");
        assertThat(countsByKind(capture))
                .isEqualTo(Map.of(
                        UpdateOneofCase.ENTRY, 39_840L,
                        UpdateOneofCase.SLOT, 295L,
                        UpdateOneofCase.BLOCK_META, 50L,
                        UpdateOneofCase.PING, 1L));
    }

    @Test
    void readsARecordingOfNothing() throws IOException {
        assertThat(open(gzip(new byte[0]))).isEmpty();
    }

    @Test
    void keepsAnEmptyMessage() throws IOException {
        assertThat(open(gzip(new byte[4]))).containsExactly(new byte[0]);
    }

    @Test
    void namesTheFileThatIsNotThere(@TempDir Path directory) {
        assertThatThrownBy(() -> Capture.open(directory.resolve("none.capture.gz")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("none.capture.gz");
    }

    @Test
    void saysThatAFileIsNotGzip(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("plain.txt"), "no gzip, but long enough for a header");

        assertThatThrownBy(() -> Capture.open(file))
                .isInstanceOf(CaptureException.class)
                .hasMessage(file + ": not a gzip file after 0 messages (unpacked byte 0)");
    }

    @Test
    void saysWhereATruncatedFileEnds() throws IOException {
        byte[] packed = gzip(twoMessages());

        assertThatThrownBy(() -> open(Arrays.copyOf(packed, packed.length - 12)))
                .isInstanceOf(CaptureException.class)
                .hasMessageStartingWith("test: truncated after ");
    }

    @Test
    void saysWhichMessageIsCutShortInside() throws IOException {
        byte[] unpacked = twoMessages();

        assertThatThrownBy(() -> open(gzip(Arrays.copyOf(unpacked, unpacked.length - 1))))
                .isInstanceOf(CaptureException.class)
                .hasMessage("test: truncated after 1 messages (unpacked byte 7)");
        assertThatThrownBy(() -> open(gzip(Arrays.copyOf(unpacked, 7 + 2))))
                .isInstanceOf(CaptureException.class)
                .hasMessage("test: truncated after 1 messages (unpacked byte 7)");
    }

    @Test
    void refusesAMessageOverTheLimitWithoutReadingIt() throws IOException {
        byte[] unpacked = ByteBuffer.allocate(4).putInt(-1).array();

        assertThatThrownBy(() -> open(gzip(unpacked)))
                .isInstanceOf(CaptureException.class)
                .hasMessageContaining("a message of 4294967295 bytes, the limit is 67108864,");
    }

    @Test
    void saysThatTheGzipIsDamaged() throws IOException {
        byte[] packed = gzip(twoMessages());
        packed[packed.length - 6] ^= 1; // within the checksum

        assertThatThrownBy(() -> open(packed))
                .isInstanceOf(CaptureException.class)
                .hasMessageStartingWith("test: damaged gzip after ");
    }

    @Test
    void saysWhichMessageIsNoUpdate() throws IOException {
        Capture capture = open(gzip(messages(new byte[0], new byte[] {(byte) 0xff})));

        assertThatThrownBy(capture::updates)
                .isInstanceOf(CaptureException.class)
                .hasMessageStartingWith("test: message 2 is no SubscribeUpdate: ");
    }

    private static byte[] twoMessages() throws IOException {
        return messages("one".getBytes(StandardCharsets.UTF_8), "twofold".getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] messages(byte[]... messages) throws IOException {
        return unpacked(List.of(messages));
    }

    private static byte[] unpacked(Iterable<byte[]> messages) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (byte[] message : messages) {
            out.writeInt(message.length);
            out.write(message);
        }
        return bytes.toByteArray();
    }

    private static Map<UpdateOneofCase, Long> countsByKind(Capture capture) throws IOException {
        return capture.updates().stream()
                .collect(Collectors.groupingBy(SubscribeUpdate::getUpdateOneofCase, Collectors.counting()));
    }

    private static Capture open(byte[] packed) throws IOException {
        return Capture.open(new ByteArrayInputStream(packed), "test");
    }

    private static byte[] gzip(byte[] unpacked) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(unpacked);
        }
        return packed.toByteArray();
    }

    private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
