package io.firehole.simulator.server;

import com.github.luben.zstd.ZstdCompressCtx;
import io.firehole.wire.framing.MessageEncoding;
import io.firehole.wire.framing.MessageHeader;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * Puts the five bytes before a message, and packs it first if the call has an encoding: every message, small ones too.
 *
 * <p>Most updates are a few hundred bytes, and starting a compressor for each costs more than all else that is done to
 * them. So the compressors are kept for the life of the call, at their fastest, and a small message goes into its gzip
 * as it is, which the format has room for.
 *
 * <p>Belongs to the call's event loop.
 */
final class MessagePacker implements AutoCloseable {

    /** Messages smaller than this are stored in their gzip, not deflated. */
    static final int STORED_BELOW_BYTES = 1024;

    private static final byte[] GZIP_HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};
    private static final int GZIP_TRAILER_BYTES = 8;
    private static final int STORED_HEADER_BYTES = 5;
    private static final int ZSTD_LEVEL = 1;

    private final MessageEncoding encoding;
    private final CRC32 crc = new CRC32();
    private @Nullable Deflater deflater;
    private @Nullable ZstdCompressCtx zstd;

    MessagePacker(MessageEncoding encoding) {
        this.encoding = encoding;
    }

    Rest pack(OutboundMessage message) {
        byte[] falseHeader = message.falseHeader();
        if (falseHeader != null) {
            return new Rest(falseHeader, message);
        }
        byte[] header = new byte[MessageHeader.BYTES];
        if (encoding == MessageEncoding.IDENTITY) {
            MessageHeader.write(false, message.size(), header, 0);
            return new Rest(header, message);
        }
        byte[] packed = pack(message.toBytes());
        MessageHeader.write(true, packed.length, header, 0);
        return new Rest(header, packed);
    }

    private byte[] pack(byte[] message) {
        return switch (encoding) {
            case IDENTITY -> message;
            case GZIP -> message.length < STORED_BELOW_BYTES ? store(message) : deflate(message);
            case ZSTD -> zstd().compress(message);
        };
    }

    private byte[] store(byte[] message) {
        int at = GZIP_HEADER.length;
        byte[] packed = Arrays.copyOf(GZIP_HEADER, at + STORED_HEADER_BYTES + message.length + GZIP_TRAILER_BYTES);
        packed[at] = 1; // the last block, stored
        writeShort(message.length, packed, at + 1);
        writeShort(~message.length, packed, at + 3);
        System.arraycopy(message, 0, packed, at + STORED_HEADER_BYTES, message.length);
        writeTrailer(message, packed, packed.length);
        return packed;
    }

    private byte[] deflate(byte[] message) {
        Deflater kept = deflater;
        if (kept == null) {
            kept = new Deflater(Deflater.BEST_SPEED, true);
            deflater = kept;
        }
        kept.reset();
        kept.setInput(message);
        kept.finish();
        byte[] packed = Arrays.copyOf(GZIP_HEADER, GZIP_HEADER.length + message.length / 2 + 64);
        int end = GZIP_HEADER.length;
        while (!kept.finished()) {
            if (end + GZIP_TRAILER_BYTES >= packed.length) {
                packed = Arrays.copyOf(packed, packed.length * 2);
            }
            end += kept.deflate(packed, end, packed.length - end - GZIP_TRAILER_BYTES);
        }
        writeTrailer(message, packed, end + GZIP_TRAILER_BYTES);
        return Arrays.copyOf(packed, end + GZIP_TRAILER_BYTES);
    }

    /** Checksum and length, low byte first, before that place. */
    private void writeTrailer(byte[] message, byte[] packed, int end) {
        crc.reset();
        crc.update(message, 0, message.length);
        int sum = (int) crc.getValue();
        writeShort(sum, packed, end - 8);
        writeShort(sum >>> 16, packed, end - 6);
        writeShort(message.length, packed, end - 4);
        writeShort(message.length >>> 16, packed, end - 2);
    }

    private static void writeShort(int value, byte[] into, int at) {
        into[at] = (byte) value;
        into[at + 1] = (byte) (value >>> 8);
    }

    private ZstdCompressCtx zstd() {
        ZstdCompressCtx kept = zstd;
        if (kept == null) {
            kept = new ZstdCompressCtx().setLevel(ZSTD_LEVEL);
            zstd = kept;
        }
        return kept;
    }

    /** Frees the compressors; nothing is packed after it. */
    @Override
    public void close() {
        if (deflater != null) {
            deflater.end();
            deflater = null;
        }
        if (zstd != null) {
            zstd.close();
            zstd = null;
        }
    }
}
