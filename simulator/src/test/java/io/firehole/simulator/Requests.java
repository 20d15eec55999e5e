package io.firehole.simulator;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.firehole.wire.proto.SubscribeRequest;

/** Requests as people write them. */
final class Requests {

    static final String PUMP_FUN = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P";

    private Requests() {}

    static SubscribeRequest json(String json) {
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder();
        try {
            JsonFormat.parser().merge(json, request);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
        return request.build();
    }

    static SubscribeRequest slots(String name) {
        return json("{\"slots\":{\"" + name + "\":{}}}");
    }

    static SubscribeRequest blocksMeta(String name) {
        return json("{\"blocksMeta\":{\"" + name + "\":{}}}");
    }
}
