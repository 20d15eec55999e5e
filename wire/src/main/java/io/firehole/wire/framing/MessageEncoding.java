package io.firehole.wire.framing;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.firehole.wire.GrpcStatus;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * How the messages of one direction of a call are packed: {@code grpc-encoding}.
 *
 * <p>Stateless, for any thread; packing is computation and takes its time.
 */
public enum MessageEncoding {
    /** As they are. */
    IDENTITY("identity") {
        @Override
        public byte[] compress(byte[] bytes, int offset, int length) {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            return Arrays.copyOfRange(bytes, offset, offset + length);
        }

        @Override
        InputStream unpacking(InputStream packed, int limitBytes) {
            return packed;
        }
    },

    /** gzip, which every gRPC library knows. */
    GZIP("gzip") {
        @Override
        public byte[] compress(byte[] bytes, int offset, int length) {
            ByteArrayOutputStream packed = new ByteArrayOutputStream(length / 2 + 32);
            try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                throw new UncheckedIOException("memory does not fail", e);
            }
            return packed.toByteArray();
        }

        @Override
        InputStream unpacking(InputStream packed, int limitBytes) throws IOException {
            return new GZIPInputStream(packed, CHUNK_BYTES);
        }
    },

    /** Zstandard, which the Rust clients and Yellowstone servers know. */
    ZSTD("zstd") {
        @Override
        public byte[] compress(byte[] bytes, int offset, int length) {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            byte[] packed = new byte[Math.toIntExact(Zstd.compressBound(length))];
            long packedLength = Zstd.compressByteArray(
                    packed, 0, packed.length, bytes, offset, length, Zstd.defaultCompressionLevel());
            if (Zstd.isError(packedLength)) {
                throw new IllegalStateException("zstd: " + Zstd.getErrorName(packedLength));
            }
            return Arrays.copyOf(packed, (int) packedLength);
        }

        @Override
        InputStream unpacking(InputStream packed, int limitBytes) throws IOException {
            return new ZstdInputStreamNoFinalizer(packed, RecyclingBufferPool.INSTANCE)
                    .setLongMax(zstdWindowLogMax(limitBytes));
        }
    };

    /** What a server says in {@code grpc-accept-encoding}. */
    public static final String ACCEPTED = "identity,gzip,zstd";

    private static final int CHUNK_BYTES = 8 << 10;

    private static final int ZSTD_WINDOW_LOG_MIN = 23;
    private static final int ZSTD_WINDOW_LOG_MAX = 27;

    private final String wireName;

    MessageEncoding(String wireName) {
        this.wireName = wireName;
    }

    /** The name in {@code grpc-encoding}. */
    public String wireName() {
        return wireName;
    }

    /**
     * The encoding of that name in {@code grpc-encoding}.
     *
     * @param wireName the header's value; null, if the header is absent, means identity
     * @return null if it is none of ours: the call ends with UNIMPLEMENTED
     */
    public static @Nullable MessageEncoding named(@Nullable String wireName) {
        if (wireName == null) {
            return IDENTITY;
        }
        for (MessageEncoding encoding : values()) {
            if (encoding.wireName.equals(wireName.strip())) {
                return encoding;
            }
        }
        return null;
    }

    /**
     * What to answer in: the first of gzip and zstd that the client names, in the client's order, as Yellowstone servers
     * choose.
     *
     * @param acceptEncoding the client's {@code grpc-accept-encoding}; null if absent
     */
    public static MessageEncoding chosenFrom(@Nullable String acceptEncoding) {
        if (acceptEncoding != null) {
            for (String wireName : acceptEncoding.split(",", -1)) {
                MessageEncoding encoding = named(wireName);
                if (encoding == GZIP || encoding == ZSTD) {
                    return encoding;
                }
            }
        }
        return IDENTITY;
    }

    /** The whole array packed. */
    public byte[] compress(byte[] bytes) {
        return compress(bytes, 0, bytes.length);
    }

    /** A range of the array packed, in an array of its own. */
    public abstract byte[] compress(byte[] bytes, int offset, int length);

    /**
     * A range of the array unpacked.
     *
     * <p>Memory grows with what comes out and stops at the limit, whatever the packed bytes announce.
     *
     * @param limitBytes the most bytes that may come out
     * @return an array of its own
     * @throws OversizeMessageException if more would come out
     * @throws FramingException if the range is not whole and valid in this encoding
     */
    public byte[] decompress(byte[] bytes, int offset, int length, int limitBytes) throws FramingException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        try (InputStream in = unpacking(new ByteArrayInputStream(bytes, offset, length), limitBytes)) {
            byte[] unpacked = in.readNBytes(limitBytes);
            if (in.read() >= 0) {
                throw OversizeMessageException.unpacked(this, length, limitBytes);
            }
            return unpacked;
        } catch (IOException e) {
            throw new FramingException(
                    GrpcStatus.Code.INTERNAL, "message of " + length + " bytes is not valid " + wireName, e);
        }
    }

    abstract InputStream unpacking(InputStream packed, int limitBytes) throws IOException;

    /**
     * The window a packed message may ask the decompressor to keep: as much as the limit, since a message packed in one
     * piece asks for its own size, but at least the 8 MiB that every decompressor should offer.
     */
    private static int zstdWindowLogMax(int limitBytes) {
        int limitLog = Integer.SIZE - Integer.numberOfLeadingZeros(limitBytes - 1);
        return Math.clamp(limitLog, ZSTD_WINDOW_LOG_MIN, ZSTD_WINDOW_LOG_MAX);
    }
}
