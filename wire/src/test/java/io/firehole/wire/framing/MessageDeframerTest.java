package io.firehole.wire.framing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.wire.GrpcStatus;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageDeframerTest {

    private static final int LIMIT = 1 << 20;

    private final List<byte[]> messages = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 100, 4_095, 4_096, 4_097, 1 << 20})
    void givesTheSameMessagesHoweverTheChunksFall(int chunkBytes) throws FramingException {
        List<byte[]> sent = messagesOf(0, 1, 5, 4_096, 0, 20_000, 3);
        byte[] stream = framed(sent, MessageEncoding.IDENTITY);

        MessageDeframer deframer = new MessageDeframer(LIMIT);
        for (int at = 0; at < stream.length; at += chunkBytes) {
            deframer.feed(ByteBuffer.wrap(stream, at, Math.min(chunkBytes, stream.length - at)), messages::add);
        }
        deframer.end();

        assertThat(messages).containsExactlyElementsOf(sent);
        assertThat(deframer.pendingBytes()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void unpacksByTheEncodingOfTheCall(MessageEncoding encoding) throws FramingException {
        List<byte[]> sent = messagesOf(0, 1, 5, 70_000);
        byte[] stream = framed(sent, encoding);

        MessageDeframer deframer = new MessageDeframer(LIMIT, encoding);
        for (byte b : stream) {
            deframer.feed(new byte[] {b}, messages::add);
        }

        assertThat(messages).containsExactlyElementsOf(sent);
    }

    @Test
    void takesPlainMessagesInAPackedCall() throws FramingException {
        new MessageDeframer(LIMIT, MessageEncoding.GZIP).feed(MessageHeader.frame(bytes("plain")), messages::add);

        assertThat(messages).containsExactly(bytes("plain"));
    }

    @Test
    void readsDirectAndReadOnlyBuffers() throws FramingException {
        ByteBuffer direct = ByteBuffer.allocateDirect(10);
        direct.put(MessageHeader.frame(bytes("12345"))).flip();

        new MessageDeframer(LIMIT).feed(direct.asReadOnlyBuffer(), messages::add);

        assertThat(messages).containsExactly(bytes("12345"));
    }

    @Test
    void takesAMessageAsLongAsTheLimit() throws FramingException {
        new MessageDeframer(5).feed(MessageHeader.frame(bytes("12345")), messages::add);

        assertThat(messages).hasSize(1);
    }

    @Test
    void refusesAMessageOverTheLimitByItsHeader() {
        MessageDeframer deframer = new MessageDeframer(5);

        assertThatThrownBy(() -> deframer.feed(new byte[] {0, 0, 0, 0, 6}, messages::add))
                .isInstanceOfSatisfying(OversizeMessageException.class, e -> {
                    assertThat(e.limitBytes()).isEqualTo(5);
                    assertThat(e.status())
                            .isEqualTo(new GrpcStatus(
                                    GrpcStatus.Code.RESOURCE_EXHAUSTED,
                                    "message of 6 bytes exceeds the limit of 5 bytes"));
                });
    }

    @Test
    void readsTheLengthAsUnsigned() {
        MessageDeframer deframer = new MessageDeframer(Integer.MAX_VALUE);

        assertThatThrownBy(() -> deframer.feed(new byte[] {0, -1, -1, -1, -1}, messages::add))
                .isInstanceOf(OversizeMessageException.class)
                .hasMessage("message of 4294967295 bytes exceeds the limit of 2147483647 bytes");
    }

    @Test
    void reservesNothingForAMessageThatIsOnlyAnnounced() throws FramingException {
        // A thousand such calls would not fit in memory if each reserved what its header announces.
        List<MessageDeframer> calls = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            MessageDeframer deframer = new MessageDeframer(Integer.MAX_VALUE);
            deframer.feed(new byte[] {0, 0x7f, -1, -1, -1, 42}, messages::add);
            calls.add(deframer);
        }

        assertThat(calls).allSatisfy(call -> assertThat(call.pendingBytes()).isEqualTo(6));
    }

    @ParameterizedTest
    @ValueSource(bytes = {2, 3, 127, -128, -1})
    void refusesAnUndefinedFlagAtItsFirstByte(byte flag) {
        MessageDeframer deframer = new MessageDeframer(LIMIT, MessageEncoding.GZIP);

        assertThatThrownBy(() -> deframer.feed(new byte[] {flag}, messages::add))
                .isInstanceOfSatisfying(
                        FramingException.class,
                        e -> assertThat(e.status())
                                .isEqualTo(GrpcStatus.Code.INTERNAL.with(
                                        "message flag " + (flag & 0xff) + ", only 0 and 1 are defined")));
    }

    @Test
    void refusesAPackedMessageInACallThatNamedNoEncoding() {
        MessageDeframer deframer = new MessageDeframer(LIMIT);

        assertThatThrownBy(() -> deframer.feed(new byte[] {1, 0, 0, 0, 0}, messages::add))
                .isInstanceOf(FramingException.class)
                .hasMessage("packed message in a call without grpc-encoding");
    }

    @Test
    void handsOverWhatCameBeforeABreakAndNothingAfter() {
        MessageDeframer deframer = new MessageDeframer(LIMIT);
        byte[] good = MessageHeader.frame(bytes("good"));
        byte[] stream = Arrays.copyOf(good, good.length + 1);
        stream[good.length] = 9;

        assertThatThrownBy(() -> deframer.feed(stream, messages::add)).isInstanceOf(FramingException.class);
        assertThat(messages).containsExactly(bytes("good"));
        assertThatThrownBy(() -> deframer.feed(good, messages::add)).isInstanceOf(IllegalStateException.class);
        assertThat(messages).hasSize(1);
    }

    @Test
    void saysThatAStreamEndedWithinAMessage() throws FramingException {
        MessageDeframer deframer = new MessageDeframer(LIMIT);
        deframer.feed(new byte[] {0, 0, 0, 0, 9, 1}, messages::add);

        assertThatThrownBy(deframer::end)
                .isInstanceOf(FramingException.class)
                .hasMessage("the stream ended within a message, after 6 bytes of it");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<byte[]> messagesOf(int... lengths) {
        Random random = new Random(1);
        return Arrays.stream(lengths)
                .mapToObj(length -> {
                    byte[] message = new byte[length];
                    random.nextBytes(message);
                    return message;
                })
                .toList();
    }

    private static byte[] framed(List<byte[]> messages, MessageEncoding encoding) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (byte[] message : messages) {
            byte[] packed = encoding.compress(message);
            byte[] header = new byte[MessageHeader.BYTES];
            MessageHeader.write(encoding != MessageEncoding.IDENTITY, packed.length, header, 0);
            stream.writeBytes(header);
            stream.writeBytes(packed);
        }
        return stream.toByteArray();
    }
}
