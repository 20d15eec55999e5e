package io.firehole.cli.pilot;

import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.pool.budget.PermitClass;
import io.firehole.pool.budget.PermitWish;
import io.firehole.pool.transport.Connection;
import io.firehole.pool.transport.ConnectionListener;
import io.firehole.pool.transport.StreamListener;
import io.firehole.pool.transport.Transport;
import io.firehole.pool.transport.UpstreamStream;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestPing;
import io.firehole.wire.proto.SubscribeUpdate;

/** The subscription straight to the provider, on one connection, which passes the budget and is not opened again. */
final class DirectSubscriber implements Subscriber {

    private static final SubscribeRequest PING = SubscribeRequest.newBuilder()
            .setPing(SubscribeRequestPing.newBuilder().setId(1))
            .build();

    private final Connection connection;
    private final UpstreamStream stream;

    /** @param transport whose connections pass the budget */
    DirectSubscriber(Transport transport, SubscribeRequest request, SubscriberEvents events) {
        PermitWish wish = PermitWish.connect(PermitClass.MANUAL, 1);
        connection = transport.connect(1, wish, new ConnectionListener() {
            @Override
            public void ready() {
                events.opened();
            }

            @Override
            public void closed(GrpcStatus why) {
                events.ended(why.toString());
            }
        });
        stream = connection.subscribe(new StreamListener() {
            @Override
            public void update(byte[] message) {
                try {
                    events.update(SubscribeUpdate.parseFrom(message));
                } catch (InvalidProtocolBufferException noUpdate) {
                    events.ended("a message is no update: " + noUpdate.getMessage());
                }
            }

            @Override
            public void closed(GrpcStatus why) {
                events.ended(why.toString());
            }
        });
        stream.send(request);
    }

    @Override
    public void answerPing() {
        stream.send(PING);
    }

    @Override
    public void close() {
        connection.close();
    }
}
