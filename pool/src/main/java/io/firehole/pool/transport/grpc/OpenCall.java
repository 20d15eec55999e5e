package io.firehole.pool.transport.grpc;

import io.firehole.wire.GrpcStatus;
import io.grpc.ManagedChannel;

/** A call of a connection, from when it was asked for until its end has been told. Event loop only. */
sealed interface OpenCall permits SubscribeCall, UnaryCall {

    /** The connection is open: goes out. Called at most once. */
    void start(ManagedChannel channel);

    /** Ends it from our side and tells so, unless it has ended before. */
    void end(GrpcStatus why);
}
