package io.firehole.wire;

import java.util.Objects;

/**
 * How a gRPC call ended: a code and the text that a person reads.
 *
 * <p>A value of our own, so that neither the pool's port to the provider nor the simulator depends on a gRPC library.
 *
 * @param code the status code
 * @param message the text as the peer sent it or is to see it; empty if there is none
 */
public record GrpcStatus(Code code, String message) {

    /** A call that ended well. */
    public static final GrpcStatus OK = new GrpcStatus(Code.OK, "");

    public GrpcStatus {
        Objects.requireNonNull(code, "code");
        Objects.requireNonNull(message, "message");
    }

    /** Whether the call ended well. */
    public boolean isOk() {
        return code == Code.OK;
    }

    @Override
    public String toString() {
        return message.isEmpty() ? code.name() : code.name() + ": " + message;
    }

    /** The codes of gRPC; {@link #number()} is what travels. */
    public enum Code {
        OK(0),
        CANCELLED(1),
        UNKNOWN(2),
        INVALID_ARGUMENT(3),
        DEADLINE_EXCEEDED(4),
        NOT_FOUND(5),
        ALREADY_EXISTS(6),
        PERMISSION_DENIED(7),
        RESOURCE_EXHAUSTED(8),
        FAILED_PRECONDITION(9),
        ABORTED(10),
        OUT_OF_RANGE(11),
        UNIMPLEMENTED(12),
        INTERNAL(13),
        UNAVAILABLE(14),
        DATA_LOSS(15),
        UNAUTHENTICATED(16);

        private static final Code[] BY_NUMBER = values();

        private final int number;

        Code(int number) {
            this.number = number;
        }

        /** The number in {@code grpc-status}. */
        public int number() {
            return number;
        }

        /** The code with that number; {@link #UNKNOWN} for a number gRPC does not define. */
        public static Code of(int number) {
            return number >= 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : UNKNOWN;
        }

        /** This code with that text. */
        public GrpcStatus with(String message) {
            return new GrpcStatus(this, message);
        }
    }
}
