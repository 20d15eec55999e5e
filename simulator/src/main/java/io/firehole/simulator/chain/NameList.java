package io.firehole.simulator.chain;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The names an update goes out under, and the same encoded as a message's field 1. Immutable. */
final class NameList {
    private static final int FILTERS_TAG = (1 << 3) | 2;

    private final List<String> names;
    private final byte[] encoded;

    private NameList(List<String> names, byte[] encoded) {
        this.names = names;
        this.encoded = encoded;
    }

    static NameList of(List<String> names) {
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        for (String name : names) {
            byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
            encoded.write(FILTERS_TAG);
            writeVarint(bytes.length, encoded);
            encoded.writeBytes(bytes);
        }
        return new NameList(List.copyOf(names), encoded.toByteArray());
    }

    /** Never empty. */
    List<String> names() {
        return names;
    }

    /** Shared: copy, never change. */
    byte[] encoded() {
        return encoded;
    }

    private static void writeVarint(int value, ByteArrayOutputStream out) {
        int rest = value;
        for (; rest > 0x7f; rest >>>= 7) {
            out.write((rest & 0x7f) | 0x80);
        }
        out.write(rest);
    }

    /** Gives equal lists one object. */
    static final class Pool {
        private final Map<List<String>, NameList> known = new HashMap<>();

        /** Null for no names: the update does not go out. */
        @Nullable
        NameList get(List<String> names) {
            return names.isEmpty() ? null : known.computeIfAbsent(names, NameList::of);
        }
    }
}
