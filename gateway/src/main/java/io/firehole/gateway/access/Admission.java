package io.firehole.gateway.access;

import io.firehole.pool.Monitor;
import io.firehole.wire.GrpcStatus;

/** What the {@link Doorkeeper} says to a call. */
public sealed interface Admission {

    /**
     * The call is let in.
     *
     * @param monitor who calls
     */
    record Granted(Monitor monitor) implements Admission {}

    /**
     * The call is not let in.
     *
     * @param cause for the figures
     * @param status for the client
     */
    record Refused(Refusal cause, GrpcStatus status) implements Admission {}
}
