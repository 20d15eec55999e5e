package io.firehole.pool.transport.grpc;

import io.firehole.wire.GrpcStatus;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/** From grpc-java's status to ours: the provider's own text as it is, a fault of the network with its cause. */
final class StatusTranslation {

    /** Longer texts are cut: they are the provider's to write and end up in logs. */
    static final int TEXT_MAX = 2_000;

    /** What grpc-java says first when the answer to a call is plain HTTP with that status. */
    private static final String HTTP_429 = "HTTP status code 429";

    /** What it says when a stream was reset. */
    private static final String RESET = "RST_STREAM closed stream";

    /** What it adds for its developers. */
    private static final String PIPELINE = "Channel Pipeline:";

    private static final int CAUSES_MAX = 4;

    private StatusTranslation() {}

    static GrpcStatus of(Status status) {
        GrpcStatus.Code code = isResetAsCancel(status)
                ? GrpcStatus.Code.UNAVAILABLE
                : GrpcStatus.Code.of(status.getCode().value());
        return code.with(text(status));
    }

    /**
     * Whether the provider reset the stream with CANCEL. grpc-java makes that CANCELLED, which for us means: by ourselves.
     */
    private static boolean isResetAsCancel(Status status) {
        String description = status.getDescription();
        return status.getCode() == Status.Code.CANCELLED && description != null && description.startsWith(RESET);
    }

    /** Whether the call was refused with HTTP 429: gRPC knows no code for that and makes it UNAVAILABLE. */
    static boolean isHttp429(Status status) {
        String description = status.getDescription();
        return description != null && description.startsWith(HTTP_429);
    }

    private static String text(Status status) {
        StringBuilder text = new StringBuilder();
        String description = status.getDescription();
        if (description != null) {
            int pipeline = description.indexOf(PIPELINE);
            text.append(
                    pipeline < 0
                            ? description
                            : description.substring(0, pipeline).stripTrailing());
        }
        Throwable cause = status.getCause();
        for (int depth = 0; cause != null && depth < CAUSES_MAX; depth++) {
            append(text, cause.getMessage());
            cause = cause.getCause();
        }
        return text.length() <= TEXT_MAX ? text.toString() : text.substring(0, TEXT_MAX) + "…";
    }

    private static void append(StringBuilder text, @Nullable String more) {
        if (more != null && !more.isBlank() && text.indexOf(more) < 0) {
            text.append(text.isEmpty() ? "" : ": ").append(more);
        }
    }
}
