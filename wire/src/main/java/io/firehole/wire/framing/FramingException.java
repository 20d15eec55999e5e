package io.firehole.wire.framing;

import io.firehole.wire.GrpcStatus;
import java.io.Serial;

/** A peer's byte stream that breaks gRPC's rules: the call ends with {@link #status}. */
public sealed class FramingException extends Exception permits OversizeMessageException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final GrpcStatus.Code code;

    FramingException(GrpcStatus.Code code, String message) {
        super(message);
        this.code = code;
    }

    FramingException(GrpcStatus.Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** What to end the call with; the text is this exception's message. */
    public GrpcStatus status() {
        String text = getMessage();
        return code.with(text == null ? "" : text);
    }
}
