package io.firehole.pool.routing;

import com.google.protobuf.CodedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * That a label goes to a monitor, and under which names.
 *
 * <p>Immutable. Names are kept as they travel: field 1 of {@code SubscribeUpdate}, once per name.
 */
public final class Target {

    /** An end that never comes. */
    public static final int NEVER = Integer.MAX_VALUE;

    /** Field 1, length-delimited. */
    private static final byte NAME_TAG = (1 << 3) | 2;

    final Term term;
    final int until;
    final byte[] names;
    final byte[][] eachName;

    /**
     * @param term whose label it is
     * @param until the number of the merged request with which the next term of the same monitor begins, or {@link #NEVER}
     * @param names the names under which the monitor asked for this filter; at least one
     */
    public Target(Term term, int until, List<String> names) {
        this.term = term;
        this.until = until;
        this.eachName = names.stream().map(Target::encoded).toArray(byte[][]::new);
        this.names = eachName.length == 1 ? eachName[0] : joined(eachName);
    }

    /** Whether the label goes to this monitor while that request is in effect. */
    boolean isServedAt(int request) {
        return term.from() <= request && request < until;
    }

    private static byte[] encoded(String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        return encoded(text, 0, text.length);
    }

    /** A name as it travels, from its bytes. */
    static byte[] encoded(byte[] text, int offset, int length) {
        int prefix = 1 + CodedOutputStream.computeUInt32SizeNoTag(length);
        byte[] entry = new byte[prefix + length];
        entry[0] = NAME_TAG;
        int at = 1;
        int rest = length;
        while (rest >= 0x80) {
            entry[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        entry[at] = (byte) rest;
        System.arraycopy(text, offset, entry, prefix, length);
        return entry;
    }

    static byte[] joined(byte[]... entries) {
        int length = 0;
        for (byte[] entry : entries) {
            length += entry.length;
        }
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] entry : entries) {
            System.arraycopy(entry, 0, all, at, entry.length);
            at += entry.length;
        }
        return all;
    }
}
