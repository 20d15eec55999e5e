package io.firehole.gateway;

import static io.firehole.gateway.FakeUpstream.PATIENCE_SECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.filters.AccountFacts;
import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.pool.budget.PermitWish;
import io.firehole.pool.transport.Connection;
import io.firehole.pool.transport.ConnectionListener;
import io.firehole.pool.transport.StreamListener;
import io.firehole.pool.transport.Transport;
import io.firehole.pool.transport.UpstreamStream;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateAccount;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import io.firehole.wire.proto.SubscribeUpdatePong;
import io.firehole.wire.proto.SubscribeUpdateSlot;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A provider in memory, for the real pool: applies the filters it was asked for, on one thread. */
final class TestProvider implements Transport {

    private final ExecutorService eventLoop = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("provider").daemon().factory());
    private final List<ProviderStream> streams = new CopyOnWriteArrayList<>();

    @Override
    public Connection connect(long connectionId, PermitWish wish, ConnectionListener listener) {
        eventLoop.execute(listener::ready);
        return new Connection() {
            @Override
            public long id() {
                return connectionId;
            }

            @Override
            public UpstreamStream subscribe(StreamListener updates) {
                ProviderStream stream = new ProviderStream(updates);
                streams.add(stream);
                return stream;
            }

            @Override
            public CompletableFuture<UnaryReply> unary(String method, ByteString request, Duration timeout) {
                return CompletableFuture.completedFuture(new UnaryReply.Answered(request));
            }

            @Override
            public void close() {
                eventLoop.execute(() -> listener.closed(GrpcStatus.OK));
            }
        };
    }

    /** How many streams there are upstream. */
    int streams() {
        return streams.size();
    }

    /** Sends a slot's status to all who asked for slots. */
    void slot(long slot, SlotStatus status) {
        SubscribeUpdate update = SubscribeUpdate.newBuilder()
                .setSlot(SubscribeUpdateSlot.newBuilder().setSlot(slot).setStatus(status))
                .build();
        send(update, filters -> filters.slots(status));
    }

    /** Sends an account's new data to all who asked for that account. */
    void account(ByteString pubkey, long slot, ByteString data) {
        SubscribeUpdateAccountInfo info = SubscribeUpdateAccountInfo.newBuilder()
                .setPubkey(pubkey)
                .setOwner(ByteString.copyFrom(new byte[32]))
                .setData(data)
                .setWriteVersion(slot)
                .build();
        SubscribeUpdate update = SubscribeUpdate.newBuilder()
                .setAccount(SubscribeUpdateAccount.newBuilder().setSlot(slot).setAccount(info))
                .build();
        AccountFacts facts = AccountFacts.of(info);
        send(update, filters -> filters.accounts(facts));
    }

    private interface Names {
        List<String> in(FilterSet filters);
    }

    private void send(SubscribeUpdate update, Names names) {
        eventLoop.execute(() -> {
            for (ProviderStream stream : streams) {
                FilterSet filters = stream.filters;
                List<String> matching = filters == null ? List.of() : names.in(filters);
                if (!matching.isEmpty()) {
                    stream.updates.update(
                            update.toBuilder().addAllFilters(matching).build().toByteArray());
                }
            }
        });
    }

    /** Waits until everything sent so far has been handed to the pool. */
    void settle() {
        CompletableFuture<Void> reached = new CompletableFuture<>();
        eventLoop.execute(() -> reached.complete(null));
        assertThat(reached).succeedsWithin(PATIENCE_SECONDS, SECONDS);
    }

    /** Waits until some stream asks for that account. */
    void awaitAskedFor(ByteString pubkey) throws InterruptedException {
        AccountFacts facts = AccountFacts.of(SubscribeUpdateAccountInfo.newBuilder()
                .setPubkey(pubkey)
                .setOwner(ByteString.copyFrom(new byte[32]))
                .build());
        synchronized (streams) {
            long until = System.nanoTime() + SECONDS.toNanos(PATIENCE_SECONDS);
            while (streams.stream().noneMatch(stream -> stream.asksFor(facts))) {
                long left = (until - System.nanoTime()) / 1_000_000;
                assertThat(left).as("time left").isPositive();
                streams.wait(left);
            }
        }
    }

    @Override
    public void close() {
        eventLoop.shutdownNow();
    }

    private final class ProviderStream implements UpstreamStream {

        private final StreamListener updates;
        private volatile @Nullable FilterSet filters;

        ProviderStream(StreamListener updates) {
            this.updates = updates;
        }

        boolean asksFor(AccountFacts account) {
            FilterSet now = filters;
            return now != null && !now.accounts(account).isEmpty();
        }

        @Override
        public void send(SubscribeRequest request) {
            try {
                FilterSet compiled = FilterSet.compile(request, FilterLimits.UNLIMITED);
                if (request.hasPing()) {
                    eventLoop.execute(() -> updates.update(SubscribeUpdate.newBuilder()
                            .setPong(SubscribeUpdatePong.newBuilder()
                                    .setId(request.getPing().getId()))
                            .build()
                            .toByteArray()));
                    return;
                }
                synchronized (streams) {
                    filters = compiled;
                    streams.notifyAll();
                }
            } catch (InvalidFilterException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void cancel() {
            streams.remove(this);
            eventLoop.execute(() -> updates.closed(GrpcStatus.Code.CANCELLED.with("cancelled")));
        }
    }
}
