package io.firehole.filters.tally;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.SlotStatus;
import java.util.HexFormat;

/** The texts that name an update within its kind. Slots, indexes and write versions are unsigned decimals. */
public final class Identifier {

    private static final String STATUS_PREFIX = "SLOT_";

    private Identifier() {}

    /** Of a transaction or a transaction status: the first signature in hex. */
    public static String transaction(ByteString signature) {
        return hex(signature);
    }

    /** Of an account update: {@code pubkey-hex:write_version}. */
    public static String account(ByteString pubkey, long writeVersion) {
        return hex(pubkey) + ':' + Long.toUnsignedString(writeVersion);
    }

    /** Of a slot update: {@code slot:STATUS}, the status without the schema's {@code SLOT_}. */
    public static String slot(long slot, SlotStatus status) {
        return Long.toUnsignedString(slot) + ':' + status(status);
    }

    /** A status as identifiers and people call it: {@code PROCESSED}, {@code FIRST_SHRED_RECEIVED}. */
    public static String status(SlotStatus status) {
        String name = status.name();
        return name.startsWith(STATUS_PREFIX) ? name.substring(STATUS_PREFIX.length()) : name;
    }

    /** Of an entry: {@code slot:index}. */
    public static String entry(long slot, long index) {
        return Long.toUnsignedString(slot) + ':' + Long.toUnsignedString(index);
    }

    /** Of a block meta in a recording, where a slot has one: {@code slot}. */
    public static String blockMeta(long slot) {
        return Long.toUnsignedString(slot);
    }

    /** Of a block meta where a slot may come twice, on forks: {@code slot:blockhash}. */
    public static String blockMeta(long slot, String blockhash) {
        return Long.toUnsignedString(slot) + ':' + blockhash;
    }

    /** Of a block, which goes out once for each filter name: {@code slot:blockhash:name}. */
    public static String block(long slot, String blockhash, String name) {
        return Long.toUnsignedString(slot) + ':' + blockhash + ':' + name;
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}
