package io.firehole.cli.demo;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.pool.budget.PermitWish;
import io.firehole.pool.transport.Connection;
import io.firehole.pool.transport.ConnectionListener;
import io.firehole.pool.transport.StreamListener;
import io.firehole.pool.transport.Transport;
import io.firehole.pool.transport.UpstreamStream;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeUpdate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/**
 * Breaks the routing between provider and monitors on purpose: some transactions are lost, some come twice, some come under
 * labels of another filter.
 */
public record Sabotage(Transport healthy, Fault fault) implements Transport {

    /** Every so many transactions of a stream one is hit. */
    private static final int EVERY = 25;

    /** What goes wrong. */
    public enum Fault {
        LOSE,
        DOUBLE,
        MISROUTE
    }

    /** What stands between the pool and the provider. */
    public static UnaryOperator<Transport> of(Fault fault) {
        return transport -> new Sabotage(transport, fault);
    }

    @Override
    public Connection connect(long connectionId, PermitWish wish, ConnectionListener listener) {
        Connection connection = healthy.connect(connectionId, wish, listener);
        return new Connection() {
            @Override
            public long id() {
                return connection.id();
            }

            @Override
            public UpstreamStream subscribe(StreamListener updates) {
                return connection.subscribe(new Saboteur(updates));
            }

            @Override
            public CompletableFuture<UnaryReply> unary(String method, ByteString request, Duration timeout) {
                return connection.unary(method, request, timeout);
            }

            @Override
            public void close() {
                connection.close();
            }
        };
    }

    @Override
    public void close() {
        healthy.close();
    }

    private final class Saboteur implements StreamListener {

        private final StreamListener router;
        private List<String> otherLabels = List.of();
        private int transactions;

        Saboteur(StreamListener router) {
            this.router = router;
        }

        @Override
        public void update(byte[] message) {
            SubscribeUpdate update = parsed(message);
            if (!update.hasTransaction()) {
                router.update(message);
                return;
            }
            transactions++;
            boolean hit = transactions % EVERY == 0;
            if (!hit) {
                router.update(message);
                if (fault == Fault.MISROUTE && otherLabels.isEmpty()) {
                    otherLabels = List.copyOf(update.getFiltersList());
                }
                return;
            }
            switch (fault) {
                case LOSE -> {}
                case DOUBLE -> {
                    router.update(message);
                    router.update(message.clone());
                }
                case MISROUTE -> {
                    if (update.getFiltersList().equals(otherLabels)) {
                        transactions--; // hits the next one that is for somebody else
                        router.update(message);
                    } else {
                        router.update(update.toBuilder()
                                .clearFilters()
                                .addAllFilters(otherLabels)
                                .build()
                                .toByteArray());
                    }
                }
            }
        }

        @Override
        public void closed(GrpcStatus why) {
            router.closed(why);
        }

        private static SubscribeUpdate parsed(byte[] message) {
            try {
                return SubscribeUpdate.parseFrom(message);
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalArgumentException(e);
            }
        }
    }
}
