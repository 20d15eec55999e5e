package io.firehole.pool.transport.grpc;

import io.firehole.pool.budget.ProviderRefusal;
import io.firehole.wire.GrpcStatus;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** From grpc-java's status to ours: the provider's own text as it is, a fault of the network with its cause. */
final class StatusTranslation {

    /** Longer texts are cut: they are the provider's to write and end up in logs. */
    static final int TEXT_MAX = 2_000;

    /** What grpc-java says first when the answer to a call is plain HTTP with that status. */
    private static final String HTTP_STATUS = "HTTP status code ";

    private static final String HTTP_429 = HTTP_STATUS + "429";

    /** What it says when a stream was reset. */
    private static final String RESET = "RST_STREAM closed stream";

    /** What it adds for its developers. */
    private static final String PIPELINE = "Channel Pipeline:";

    private static final int CAUSES_MAX = 4;

    /** Words by which providers speak of a limit when they have no code for it. */
    private static final Pattern LIMIT = Pattern.compile("limit|too many|quota", Pattern.CASE_INSENSITIVE);

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    private static final Metadata.Key<String> RETRY_AFTER =
            Metadata.Key.of("retry-after", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> PUSHBACK_MILLIS =
            Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

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

    /** How a call was refused for some limit, if it was. */
    static @Nullable ProviderRefusal refusal(Status status) {
        if (isHttp429(status)) {
            return ProviderRefusal.HTTP_429;
        }
        if (status.getCode() == Status.Code.RESOURCE_EXHAUSTED) {
            return ProviderRefusal.RESOURCE_EXHAUSTED;
        }
        String description = status.getDescription();
        boolean speaksOfLimit = status.getCode() == Status.Code.UNAVAILABLE
                && description != null
                && LIMIT.matcher(description).find();
        return speaksOfLimit ? ProviderRefusal.UNAVAILABLE_FOR_A_LIMIT : null;
    }

    /** How long the provider asks to wait, in seconds as HTTP has it or in milliseconds as gRPC has it; empty if it does not. */
    static OptionalLong retryAfterNanos(Metadata trailers) {
        OptionalLong millis = number(trailers.get(PUSHBACK_MILLIS));
        return millis.isPresent()
                ? OptionalLong.of(TimeUnit.MILLISECONDS.toNanos(millis.getAsLong()))
                : number(trailers.get(RETRY_AFTER)).stream()
                        .map(TimeUnit.SECONDS::toNanos)
                        .findFirst();
    }

    /** A date, which HTTP allows here as well, says nothing without the provider's clock. */
    private static OptionalLong number(@Nullable String text) {
        return text != null && NUMBER.matcher(text).matches()
                ? OptionalLong.of(Long.parseLong(text))
                : OptionalLong.empty();
    }

    private static String text(Status status) {
        StringBuilder text = new StringBuilder();
        String description = status.getDescription();
        if (description != null) {
            text.append(forPeople(description));
        }
        Throwable cause = status.getCause();
        for (int depth = 0; cause != null && depth < CAUSES_MAX; depth++) {
            append(text, cause.getMessage());
            cause = cause.getCause();
        }
        return text.length() <= TEXT_MAX ? text.toString() : text.substring(0, TEXT_MAX) + "…";
    }

    /** Without what grpc-java adds for its developers: the pipeline, and all that a plain HTTP answer had in it. */
    private static String forPeople(String description) {
        int end = description.startsWith(HTTP_STATUS) ? description.indexOf('\n') : description.indexOf(PIPELINE);
        return end < 0 ? description : description.substring(0, end).stripTrailing();
    }

    private static void append(StringBuilder text, @Nullable String more) {
        if (more != null && !more.isBlank() && text.indexOf(more) < 0) {
            text.append(text.isEmpty() ? "" : ": ").append(more);
        }
    }
}
