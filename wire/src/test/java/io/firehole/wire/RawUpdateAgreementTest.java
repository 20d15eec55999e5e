package io.firehole.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.wire.UpdateScribbler.Scribble;
import io.firehole.wire.proto.SubscribeUpdate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * {@link RawUpdate} reads what it reads as protobuf's own parser does, whatever legal form the bytes have, and on bytes
 * that are no update it ends in a {@link MalformedUpdateException} and nothing else.
 *
 * <p>Two differences are meant. Bytes that only the depths of a payload make malformed, and names that are no UTF-8, are
 * accepted here, since nothing here looks at them. And what Java's parser alone among protobuf's puts up with is refused
 * here: a field number or length of more than 32 bits, which it cuts to 32, and a tenth byte of a varint that announces an
 * eleventh, which it takes for the last.
 */
class RawUpdateAgreementTest {

    private static final int[] NAME_COUNTS = {0, 1, 2, 300};

    @ParameterizedTest
    @EnumSource
    void readsEveryRecordedUpdateLikeTheGeneratedParser(Recordings recording) throws Exception {
        for (byte[] recorded : recording.open()) {
            SubscribeUpdate unnamed = SubscribeUpdate.parseFrom(recorded).toBuilder()
                    .clearFilters()
                    .build();
            byte[] tail = unnamed.toByteArray();
            for (int count : NAME_COUNTS) {
                SubscribeUpdate named = unnamed.toBuilder()
                        .addAllFilters(IntStream.range(0, count)
                                .mapToObj(i -> "filter-" + i)
                                .toList())
                        .build();

                RawUpdate raw = RawUpdate.parse(named.toByteArray());

                UpdateAssert.agree(raw, named);
                assertThat(raw.tail()).isSameAs(raw.buffer());
                assertThat(UpdateAssert.tailOf(raw)).isEqualTo(tail);
            }
        }
    }

    @Test
    void readsScribblesLikeTheGeneratedParser() {
        SeededCases.run(20_000, random -> {
            Scribble scribble = new UpdateScribbler(random).update();

            RawUpdate raw = RawUpdate.parse(scribble.message().toByteArray());

            UpdateAssert.agree(raw, UpdateAssert.parse(scribble.message()));
            assertThat(UpdateAssert.names(raw)).isEqualTo(scribble.names());
            assertThat(UpdateAssert.tailOf(raw))
                    .isEqualTo(scribble.withoutNames().toByteArray());
        });
    }

    @Test
    void keepsAllButTheNamesWhenTheyAreReplaced() {
        SeededCases.run(5_000, random -> {
            Scribble scribble = new UpdateScribbler(random).update();
            List<String> others = List.of("other", "names");

            RawUpdate raw = RawUpdate.parse(scribble.message().toByteArray());
            SubscribeUpdate renamed = SubscribeUpdate.parseFrom(
                    namesAsBytes(others).concat(ByteString.copyFrom(UpdateAssert.tailOf(raw))));

            SubscribeUpdate parsed = SubscribeUpdate.parseFrom(scribble.message());
            assertThat(renamed.getUnknownFields()).isEqualTo(parsed.getUnknownFields());
            assertThat(renamed)
                    .isEqualTo(parsed.toBuilder()
                            .clearFilters()
                            .addAllFilters(others)
                            .build());
        });
    }

    @Test
    void acceptsATruncatedScribbleExactlyWhereTheGeneratedParserDoes() {
        SeededCases.run(100, random -> {
            ByteString message = new UpdateScribbler(random).update().message();
            for (int length = 0; length < message.size(); length++) {
                ByteString cut = message.substring(0, length);
                if (accepted(cut) != acceptedByProtobuf(cut)) {
                    fail("they disagree about the first %s bytes", length);
                }
            }
        });
    }

    @Test
    void acceptsATruncatedRecordedUpdateOnlyBetweenFields() {
        SeededCases.run(60, random -> {
            ByteString message = recordedUpdate(random);
            for (int length = 0; length < message.size(); length++) {
                ByteString cut = message.substring(0, length);
                if (accepted(cut) != acceptedByProtobuf(cut)) {
                    fail("they disagree about the first %s bytes", length);
                }
            }
        });
    }

    @Test
    void neverDisagreesAboutAMessageWithFlippedBits() {
        SeededCases.run(30_000, random -> {
            byte[] bytes = (random.nextBoolean()
                            ? new UpdateScribbler(random).update().message()
                            : recordedUpdate(random))
                    .toByteArray();
            for (int flips = 1 + random.nextInt(3); flips > 0 && bytes.length > 0; flips--) {
                // Half of them near the front, where the head is.
                int at = random.nextInt(random.nextBoolean() ? Math.min(bytes.length, 40) : bytes.length);
                bytes[at] ^= (byte) (1 << random.nextInt(8));
            }
            doNotDisagree(bytes);
        });
    }

    @Test
    void neverDisagreesAboutRandomBytes() {
        SeededCases.run(50_000, random -> {
            byte[] bytes = new byte[random.nextInt(60)];
            random.nextBytes(bytes);
            if (random.nextBoolean()) {
                // Tags and lengths are small numbers: these random bytes get further.
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] &= 0x3f;
                }
            }
            doNotDisagree(bytes);
        });
    }

    @Test
    void neverDisagreesAboutARangeOfABuffer() {
        SeededCases.run(5_000, random -> {
            byte[] message = new UpdateScribbler(random).update().message().toByteArray();
            int offset = random.nextInt(20);
            byte[] buffer = new byte[offset + message.length + random.nextInt(20)];
            random.nextBytes(buffer);
            System.arraycopy(message, 0, buffer, offset, message.length);

            RawUpdate whole = RawUpdate.parse(message);
            RawUpdate range = RawUpdate.parse(buffer, offset, message.length);

            assertThat(UpdateAssert.names(range)).isEqualTo(UpdateAssert.names(whole));
            assertThat(UpdateAssert.tailOf(range)).isEqualTo(UpdateAssert.tailOf(whole));
            assertThat(range.slot()).isEqualTo(whole.slot());
            assertThat(range.identityHash()).isEqualTo(whole.identityHash());
        });
    }

    /** Where both parsers accept they agree; where only one does it is for a reason that is meant. */
    private static void doNotDisagree(byte[] bytes) {
        RawUpdate raw;
        try {
            raw = RawUpdate.parse(bytes);
        } catch (MalformedUpdateException refusal) {
            if (acceptedByProtobuf(ByteString.copyFrom(bytes))) {
                assertThat(isStricterThanJava(refusal)).as("%s", refusal).isTrue();
            }
            return;
        }
        try {
            UpdateAssert.agree(raw, UpdateAssert.parse(ByteString.copyFrom(bytes)));
        } catch (InvalidProtocolBufferException e) {
            // Malformed in the depths, or a name that is no UTF-8: meant.
        }
        assertThat(raw.tailLength()).isLessThanOrEqualTo(bytes.length);
        assertThat(raw.toString()).startsWith("RawUpdate[" + raw.kind());
    }

    private static boolean isStricterThanJava(MalformedUpdateException refusal) {
        String message = String.valueOf(refusal.getMessage());
        if (message.startsWith("a length of ")) {
            String length = message.substring("a length of ".length(), message.indexOf(" where"));
            return Long.parseUnsignedLong(length) >>> 32 != 0;
        }
        return message.startsWith("a field number of more than 29 bits")
                || message.startsWith("a varint of more than 10 bytes");
    }

    private static boolean accepted(ByteString message) {
        try {
            RawUpdate.parse(message.toByteArray());
            return true;
        } catch (MalformedUpdateException e) {
            return false;
        }
    }

    private static boolean acceptedByProtobuf(ByteString message) {
        try {
            return SubscribeUpdate.parseFrom(message).isInitialized();
        } catch (InvalidProtocolBufferException e) {
            return false;
        }
    }

    private static ByteString recordedUpdate(RandomGenerator random) {
        List<byte[]> messages = RECORDED.get(random.nextInt(RECORDED.size()));
        return namesAsBytes(List.of("t1", "t2"))
                .concat(ByteString.copyFrom(messages.get(random.nextInt(messages.size()))));
    }

    private static final List<List<byte[]>> RECORDED = Arrays.stream(Recordings.values())
            .map(recording -> recording.open().messages())
            .toList();

    private static ByteString namesAsBytes(List<String> names) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            for (String name : names) {
                out.writeString(SubscribeUpdate.FILTERS_FIELD_NUMBER, name);
            }
            out.flush();
        } catch (IOException e) {
            return fail(e);
        }
        return ByteString.copyFrom(bytes.toByteArray());
    }
}
