package io.firehole.simulator.server;

import io.firehole.simulator.chain.ReplayAnswer;
import io.firehole.wire.GrpcStatus;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a request on an open stream comes to. */
sealed interface Asked {

    /** A pong with that id, and nothing else. */
    record Pong(int id) implements Asked {}

    /**
     * All filters replaced.
     *
     * @param replay looks up what {@code from_slot} replays; null if the request has none
     */
    record Replace(Selection selection, @Nullable Supplier<ReplayAnswer> replay) implements Asked {}

    /** The end of the stream. */
    record Refused(GrpcStatus status) implements Asked {}
}
