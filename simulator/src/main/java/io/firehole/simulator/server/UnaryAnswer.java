package io.firehole.simulator.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.firehole.wire.GrpcStatus;

/** What a method answers to one request. */
sealed interface UnaryAnswer {

    /** A response. */
    record Message(ByteString bytes) implements UnaryAnswer {}

    /** No response but this status. */
    record Failed(GrpcStatus status) implements UnaryAnswer {}

    static UnaryAnswer of(MessageLite response) {
        return new Message(response.toByteString());
    }
}
