package io.firehole.simulator.chain;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where a field lies in an encoded message.
 *
 * @param tag where its tag begins
 * @param from where its value begins; of a length-delimited field, behind the length
 * @param to where its value ends
 */
record FieldPlace(int tag, int from, int to) {
    /** The first field of that path of numbers in a message, or null if there is none. */
    static @Nullable FieldPlace find(byte[] message, int... path) {
        FieldPlace place = new FieldPlace(0, 0, message.length);
        for (int number : path) {
            FieldPlace inner = first(message, place.from, place.to, number);
            if (inner == null) {
                return null;
            }
            place = inner;
        }
        return place;
    }

    /** As {@link #find}, of a field that is there for certain. */
    static FieldPlace required(byte[] message, int... path) {
        FieldPlace place = find(message, path);
        if (place == null) {
            throw new IllegalStateException("a template lacks field " + Arrays.toString(path));
        }
        return place;
    }

    FieldPlace movedBy(int bytes) {
        return new FieldPlace(tag + bytes, from + bytes, to + bytes);
    }

    private static @Nullable FieldPlace first(byte[] message, int from, int to, int number) {
        try {
            CodedInputStream in = CodedInputStream.newInstance(message, from, to - from);
            while (!in.isAtEnd()) {
                int tagAt = from + in.getTotalBytesRead();
                int tag = in.readTag();
                int valueAt;
                if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                    int length = in.readRawVarint32();
                    valueAt = from + in.getTotalBytesRead();
                    in.skipRawBytes(length);
                } else {
                    valueAt = from + in.getTotalBytesRead();
                    in.skipField(tag);
                }
                if (WireFormat.getTagFieldNumber(tag) == number) {
                    return new FieldPlace(tagAt, valueAt, from + in.getTotalBytesRead());
                }
            }
            return null;
        } catch (IOException e) {
            throw new IllegalStateException("a template is not a protobuf message", e);
        }
    }
}
