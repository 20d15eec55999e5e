package io.firehole.cli.demo;

import static io.firehole.cli.Eventually.await;

import io.firehole.simulator.Simulator;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.GeyserGrpc;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;

/** Many monitors as clients of one gateway, on one channel, each with somebody beside it who takes note. One thread. */
final class Subscribers implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Simulator provider;
    private final ManagedChannel channel;
    private final Map<String, Subscriber> subscribers = new LinkedHashMap<>();

    /**
     * Nobody yet.
     *
     * @param provider who knows what is to come
     * @param address where they connect
     */
    Subscribers(Simulator provider, InetSocketAddress address) {
        this.provider = provider;
        this.channel = NettyChannelBuilder.forAddress(address)
                .usePlaintext()
                .maxInboundMessageSize(256 << 20)
                .build();
    }

    /** One monitor. */
    static final class Subscriber implements StreamObserver<SubscribeUpdate> {

        private final DeliveryRecorder recorder;
        private final CompletableFuture<Status> end = new CompletableFuture<>();

        /** The newest slot of which something has come; the client's thread writes it. */
        private volatile long newest;

        private final LongAdder updates = new LongAdder();
        private final Map<Long, LongAdder> bytesBySlot = new ConcurrentHashMap<>();

        private Subscriber(DeliveryRecorder recorder) {
            this.recorder = recorder;
        }

        /** How its subscription ended. */
        Status ended() throws Exception {
            return end.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }

        boolean isOpen() {
            return !end.isDone();
        }

        boolean isActive() {
            return recorder.active();
        }

        @Override
        public void onNext(SubscribeUpdate update) {
            recorder.received(update);
            if (!update.hasPing() && !update.hasPong()) {
                updates.increment();
            }
            long slot = Receipt.of(update).slot();
            bytesBySlot.computeIfAbsent(slot, first -> new LongAdder()).add(update.getSerializedSize());
            newest = Math.max(newest, slot);
        }

        @Override
        public void onError(Throwable problem) {
            end.complete(Status.fromThrowable(problem));
        }

        @Override
        public void onCompleted() {
            end.complete(Status.OK);
        }
    }

    /** One more. */
    Subscriber subscribe(String id, String frequency, SubscribeRequest request) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("x-monitor-id", Metadata.ASCII_STRING_MARSHALLER), id);
        headers.put(Metadata.Key.of("x-frequency", Metadata.ASCII_STRING_MARSHALLER), frequency);
        Subscriber subscriber = new Subscriber(new DeliveryRecorder(new SimulatedExpectation(provider, request)));
        GeyserGrpc.newStub(ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers)))
                .subscribe(subscriber)
                .onNext(request);
        subscribers.put(id, subscriber);
        return subscriber;
    }

    /** Who is no longer served. */
    Set<String> closed() {
        return subscribers.entrySet().stream()
                .filter(subscriber -> !subscriber.getValue().isOpen())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /** Waits until something has come for each that is open. */
    void awaitAllActive() {
        await(
                "all are active; not " + subscribers.keySet(),
                () -> subscribers.values().stream()
                        .allMatch(subscriber -> !subscriber.isOpen() || subscriber.isActive()));
    }

    /** How many updates each of them received, pings aside. */
    Map<String, Long> received() {
        Map<String, Long> received = new LinkedHashMap<>();
        subscribers.forEach((id, subscriber) -> received.put(id, subscriber.updates.sum()));
        return received;
    }

    /** Lets so many slots go by. */
    void letPass(int slots) {
        long until = newestSlot() + slots;
        await("slot " + until + " is there", () -> newestSlot() >= until);
    }

    /** The newest slot that is complete at the provider. */
    long newestSlot() {
        return provider.chain().knownTo(CommitmentLevel.PROCESSED);
    }

    /** The bytes of the updates of these slots, both inclusive, that all of them received together. */
    long bytesBetween(long from, long to) {
        return subscribers.values().stream()
                .flatMap(subscriber -> subscriber.bytesBySlot.entrySet().stream())
                .filter(slot -> slot.getKey() >= from && slot.getKey() <= to)
                .mapToLong(slot -> slot.getValue().sum())
                .sum();
    }

    /**
     * How what came compares with what was to come up to now, by monitor. Waits until something later has come for each
     * that is open: each of these monitors has something to see in every slot.
     */
    Map<String, Verdict> verdicts() {
        Map<String, Verdict> verdicts = new LinkedHashMap<>();
        long to = newestSlot();
        await(
                "what is under way has arrived",
                () -> subscribers.values().stream()
                        .allMatch(subscriber -> !subscriber.isOpen() || subscriber.newest > to));
        subscribers.forEach((id, subscriber) -> {
            subscriber.recorder.check(to);
            verdicts.put(id, subscriber.recorder.verdict());
        });
        return verdicts;
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
