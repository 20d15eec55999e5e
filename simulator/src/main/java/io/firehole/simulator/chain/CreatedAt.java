package io.firehole.simulator.chain;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Timestamp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;

/** The {@code created_at} field, encoded. */
final class CreatedAt {
    private static final int UPDATE_FIELD = 11;
    private static final int DESHRED_FIELD = 5;

    private CreatedAt() {}

    /** Of a {@code SubscribeUpdate}. */
    static byte[] ofUpdate(Instant instant) {
        return field(UPDATE_FIELD, instant);
    }

    /** Of a {@code SubscribeUpdateDeshred}. */
    static byte[] ofDeshred(Instant instant) {
        return field(DESHRED_FIELD, instant);
    }

    private static byte[] field(int number, Instant instant) {
        Timestamp timestamp = Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
        byte[] field = new byte[CodedOutputStream.computeMessageSize(number, timestamp)];
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(field);
            out.writeMessage(number, timestamp);
            out.checkNoSpaceLeft();
            return field;
        } catch (IOException e) {
            throw new UncheckedIOException("an array of the computed size is too small", e);
        }
    }
}
