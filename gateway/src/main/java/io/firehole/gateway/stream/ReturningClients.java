package io.firehole.gateway.stream;

import io.firehole.wire.GrpcStatus;

/** What is known of clients that reconnect by themselves. */
final class ReturningClients {

    private ReturningClients() {}

    /**
     * After these a client with automatic reconnection calls again at once, hundreds of times a second, if it had got response
     * headers before; the others are final to it.
     */
    static boolean comeBackAtOnceAfter(GrpcStatus.Code code) {
        return switch (code) {
            case CANCELLED,
                    UNKNOWN,
                    DEADLINE_EXCEEDED,
                    RESOURCE_EXHAUSTED,
                    ABORTED,
                    INTERNAL,
                    UNAVAILABLE,
                    DATA_LOSS,
                    OUT_OF_RANGE -> true;
            case OK,
                    INVALID_ARGUMENT,
                    NOT_FOUND,
                    ALREADY_EXISTS,
                    PERMISSION_DENIED,
                    FAILED_PRECONDITION,
                    UNIMPLEMENTED,
                    UNAUTHENTICATED -> false;
        };
    }
}
