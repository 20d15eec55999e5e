package io.firehole.cli.demo;

import com.google.protobuf.ByteString;
import io.firehole.pool.budget.PermitWish;
import io.firehole.pool.transport.Connection;
import io.firehole.pool.transport.ConnectionListener;
import io.firehole.pool.transport.StreamListener;
import io.firehole.pool.transport.Transport;
import io.firehole.pool.transport.UpstreamStream;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.MalformedUpdateException;
import io.firehole.wire.RawUpdate;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what comes from a provider, by the slot it belongs to, Firehole's own slots and block metas included. */
final class UpstreamBytes implements Transport {

    private final Transport transport;
    private final Map<Long, LongAdder> bySlot = new ConcurrentHashMap<>();

    UpstreamBytes(Transport transport) {
        this.transport = transport;
    }

    /** The bytes of the updates of these slots, both inclusive. */
    long between(long from, long to) {
        return bySlot.entrySet().stream()
                .filter(slot -> slot.getKey() >= from && slot.getKey() <= to)
                .mapToLong(slot -> slot.getValue().sum())
                .sum();
    }

    @Override
    public Connection connect(long connectionId, PermitWish wish, ConnectionListener listener) {
        Connection connection = transport.connect(connectionId, wish, listener);
        return new Connection() {
            @Override
            public long id() {
                return connection.id();
            }

            @Override
            public UpstreamStream subscribe(StreamListener updates) {
                return connection.subscribe(new Counting(updates));
            }

            @Override
            public CompletableFuture<UnaryReply> unary(String method, ByteString request, Duration timeout) {
                return connection.unary(method, request, timeout);
            }

            @Override
            public void drain() {
                connection.drain();
            }

            @Override
            public void close() {
                connection.close();
            }
        };
    }

    @Override
    public void close() {
        transport.close();
    }

    private final class Counting implements StreamListener {

        private final StreamListener router;

        Counting(StreamListener router) {
            this.router = router;
        }

        @Override
        public void update(byte[] message) {
            try {
                bySlot.computeIfAbsent(RawUpdate.parse(message).slot(), first -> new LongAdder())
                        .add(message.length);
            } catch (MalformedUpdateException malformed) {
                throw new IllegalArgumentException(malformed);
            }
            router.update(message);
        }

        @Override
        public void closed(GrpcStatus why) {
            router.closed(why);
        }
    }
}
