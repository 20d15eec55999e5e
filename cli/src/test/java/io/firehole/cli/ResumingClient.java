package io.firehole.cli;

import io.firehole.filters.tally.Identifier;
import io.firehole.filters.tally.Tally;
import io.firehole.wire.proto.GeyserGrpc;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A monitor of transactions that comes back after an end: it keeps what belongs to slots that it was told to have whole, drops
 * the rest, and asks for the last of them again and what follows. Any thread.
 */
final class ResumingClient implements AutoCloseable {

    private static final Metadata.Key<String> ID = Metadata.Key.of("x-monitor-id", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> LAST_SLOT =
            Metadata.Key.of("x-last-complete-slot", Metadata.ASCII_STRING_MARSHALLER);
    private static final long AGAIN_AFTER_MILLIS = 100;

    private final String id;
    private final SubscribeRequest request;
    private final ManagedChannel channel;
    private final ScheduledExecutorService retries = Executors.newSingleThreadScheduledExecutor(
            Thread.ofVirtual().name("resuming-client").factory());

    private final NavigableMap<Long, List<String>> bySlot = new TreeMap<>();
    private final List<Status> ends = new ArrayList<>();
    private final List<Long> endedAtNanos = new ArrayList<>();

    /** The slots up to here are whole, if anything is. */
    private long wholeTo;

    /** The last slot that was begun live when its first subscription became active, which therefore may lack something. */
    private long firstSlot;

    private int untold;
    private int refused;
    private boolean closed;

    ResumingClient(String id, InetSocketAddress server, SubscribeRequest request) {
        this.id = id;
        this.request = request;
        this.channel = NettyChannelBuilder.forAddress(server)
                .usePlaintext()
                .maxInboundMessageSize(64 << 20)
                .build();
    }

    void start() {
        subscribe();
    }

    private synchronized void subscribe() {
        if (closed) {
            return;
        }
        SubscribeRequest asked = wholeTo == 0
                ? request
                : request.toBuilder().setFromSlot(wholeTo).build();
        Metadata headers = new Metadata();
        headers.put(ID, id);
        GeyserGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .subscribe(new Call())
                .onNext(asked);
    }

    private final class Call implements StreamObserver<SubscribeUpdate> {

        private boolean served;

        @Override
        public void onNext(SubscribeUpdate update) {
            synchronized (ResumingClient.this) {
                served = true;
                if (update.hasTransaction()) {
                    long slot = update.getTransaction().getSlot();
                    if (slot <= wholeTo) {
                        return; // asked for once more, since the slot after it may not be there yet
                    }
                    if (firstSlot == 0) {
                        firstSlot = slot;
                    }
                    bySlot.computeIfAbsent(slot, first -> new ArrayList<>())
                            .add(Identifier.transaction(
                                    update.getTransaction().getTransaction().getSignature()));
                }
            }
        }

        @Override
        public void onError(Throwable failure) {
            synchronized (ResumingClient.this) {
                Metadata trailers = Status.trailersFromThrowable(failure);
                String told = trailers == null ? null : trailers.get(LAST_SLOT);
                if (served) {
                    ends.add(Status.fromThrowable(failure));
                    endedAtNanos.add(System.nanoTime());
                    keepWhole(told);
                } else {
                    refused++;
                }
            }
            again();
        }

        @Override
        public void onCompleted() {
            onError(Status.OK.asRuntimeException());
        }
    }

    private void keepWhole(@Nullable String told) {
        if (told == null) {
            untold++;
        } else {
            wholeTo = Math.max(wholeTo, Long.parseLong(told));
        }
        if (wholeTo > 0) {
            bySlot.tailMap(wholeTo, false).clear();
        }
    }

    private void again() {
        synchronized (this) {
            if (!closed) {
                var unused = retries.schedule(this::subscribe, AGAIN_AFTER_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }

    synchronized long newestSlot() {
        return bySlot.isEmpty() ? 0 : bySlot.lastKey();
    }

    /** The first slot of which it must have everything. */
    synchronized long wholeFrom() {
        return firstSlot + 2;
    }

    synchronized Tally between(long from, long to) {
        Tally tally = new Tally();
        bySlot.subMap(from, true, to, true).values().forEach(tally::addAll);
        return tally;
    }

    /** How streams that had been served ended. */
    synchronized List<Status> ends() {
        return List.copyOf(ends);
    }

    synchronized List<Long> endedAtNanos() {
        return List.copyOf(endedAtNanos);
    }

    /** Ends without a last slot. */
    synchronized int untold() {
        return untold;
    }

    /** Attempts that came to nothing. */
    synchronized int refused() {
        return refused;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        retries.shutdownNow();
        channel.shutdownNow();
    }
}
