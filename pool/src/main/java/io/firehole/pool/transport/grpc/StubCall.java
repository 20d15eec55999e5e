package io.firehole.pool.transport.grpc;

import io.firehole.pool.budget.ledger.AttemptKind;
import io.firehole.wire.GrpcStatus;
import io.grpc.ClientCall;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.OptionalLong;

/**
 * A call of somebody else's stub on our connection: what goes out has the provider's token, and what the provider refuses
 * is made known to the budget. The caller's threads; the connection's event loop runs none of it.
 */
final class StubCall<Q, R> extends SimpleForwardingClientCall<Q, R> {

    private final GrpcConnection connection;

    StubCall(GrpcConnection connection, ClientCall<Q, R> call) {
        super(call);
        this.connection = connection;
    }

    @Override
    public void start(Listener<R> listener, Metadata headers) {
        connection.authorize(headers);
        connection.onLoop(connection::stubCallBegan);
        super.start(new Ears(listener), headers);
    }

    /** grpc-java knows that the channel was shut down under a call, and we why. */
    private Status explained(Status status) {
        GrpcStatus why = connection.why();
        String text = status.getDescription();
        boolean shutDown =
                status.getCode() == Status.Code.UNAVAILABLE && text != null && text.startsWith("Channel shutdown");
        if (!shutDown) {
            return status;
        }
        return status.withDescription(why.isOk() ? "the connection was closed" : why.message());
    }

    private final class Ears extends SimpleForwardingClientCallListener<R> {

        private boolean heard;

        Ears(Listener<R> listener) {
            super(listener);
        }

        @Override
        public void onMessage(R message) {
            if (!heard) {
                heard = true;
                connection.onLoop(() -> connection.served(AttemptKind.CONNECT));
            }
            super.onMessage(message);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            boolean beforeFirstMessage = !heard;
            OptionalLong retryAfterNanos = StatusTranslation.retryAfterNanos(trailers);
            connection.onLoop(
                    () -> connection.noteRefusal(status, retryAfterNanos, beforeFirstMessage, AttemptKind.CONNECT));
            connection.onLoop(connection::stubCallEnded);
            super.onClose(explained(status), trailers);
        }
    }
}
