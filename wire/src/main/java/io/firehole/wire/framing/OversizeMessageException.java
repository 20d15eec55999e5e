package io.firehole.wire.framing;

import io.firehole.wire.GrpcStatus;
import java.io.Serial;

/** A message over the limit, refused before it was held in memory: RESOURCE_EXHAUSTED. */
public final class OversizeMessageException extends FramingException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final long limitBytes;

    private OversizeMessageException(String message, long limitBytes) {
        super(GrpcStatus.Code.RESOURCE_EXHAUSTED, message);
        this.limitBytes = limitBytes;
    }

    static OversizeMessageException announced(long bytes, int limitBytes) {
        return new OversizeMessageException(
                "message of " + bytes + " bytes exceeds the limit of " + limitBytes + " bytes", limitBytes);
    }

    static OversizeMessageException unpacked(MessageEncoding encoding, int packedBytes, int limitBytes) {
        return new OversizeMessageException(
                "message of " + packedBytes + " bytes of " + encoding.wireName() + " unpacks to more than the limit of "
                        + limitBytes + " bytes",
                limitBytes);
    }

    /** The limit it was over, in bytes. */
    public long limitBytes() {
        return limitBytes;
    }
}
