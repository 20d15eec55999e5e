package io.firehole.examples.client;

import io.firehole.wire.proto.GeyserGrpc;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects one monitor to a Yellowstone endpoint and keeps it connected.
 *
 * <p>Nothing here knows of Firehole: the same program runs against a provider. Updates reach the monitor and the tap on one
 * thread at a time. {@link #start}, {@link #stop} and {@link #close} may be called from any thread.
 */
public final class MonitorClient implements AutoCloseable {

    /** How long it waits after the first failure; each further one doubles it. */
    public static final Duration BACKOFF_FIRST = Duration.ofSeconds(1);

    /** How long it waits at the most. */
    public static final Duration BACKOFF_MAX = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(MonitorClient.class);
    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("x-token", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> ID = Metadata.Key.of("x-monitor-id", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> FREQUENCY =
            Metadata.Key.of("x-frequency", Metadata.ASCII_STRING_MARSHALLER);

    /** Blocks run to tens of megabytes. */
    private static final int MESSAGE_BYTES_MAX = 256 << 20;

    private final ExampleMonitor monitor;
    private final Consumer<String> out;
    private final Consumer<SubscribeUpdate> tap;
    private final ManagedChannel channel;
    private final GeyserGrpc.GeyserStub geyser;
    private final ScheduledExecutorService retries;
    private final CountDownLatch stopped = new CountDownLatch(1);

    /** Failed attempts since the last update that carried data. */
    private final AtomicInteger failures = new AtomicInteger();

    /** Guards the two fields below. */
    private final ReentrantLock lock = new ReentrantLock();

    private boolean stopping;
    private @Nullable ClientCallStreamObserver<SubscribeRequest> call;

    /**
     * Prepares to connect; {@link #start} does it.
     *
     * @param monitor what to ask for and what to do with it
     * @param endpoint {@code http://HOST:PORT} or {@code https://HOST:PORT}
     * @param token sent as {@code x-token} if there is one
     * @param out where the monitor's lines go
     * @param tap sees every update before the monitor does
     */
    public MonitorClient(
            ExampleMonitor monitor,
            URI endpoint,
            Optional<String> token,
            Consumer<String> out,
            Consumer<SubscribeUpdate> tap) {
        this.monitor = monitor;
        this.out = out;
        this.tap = tap;
        boolean tls = "https".equals(endpoint.getScheme());
        if (endpoint.getHost() == null || !(tls || "http".equals(endpoint.getScheme()))) {
            throw new IllegalArgumentException(
                    "endpoint must look like http://HOST:PORT or https://HOST:PORT, was " + endpoint);
        }
        int port = endpoint.getPort() >= 0 ? endpoint.getPort() : tls ? 443 : 80;
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(endpoint.getHost(), port)
                .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                .keepAliveTime(10, TimeUnit.SECONDS)
                .disableRetry();
        channel = (tls ? builder.useTransportSecurity() : builder.usePlaintext()).build();
        var metadata = new Metadata();
        token.ifPresent(value -> metadata.put(TOKEN, value));
        metadata.put(ID, monitor.id());
        metadata.put(FREQUENCY, monitor.frequency());
        geyser = GeyserGrpc.newStub(channel).withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
        retries = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("retry-" + monitor.id()).factory());
    }

    /** Subscribes, and again after every end until {@link #stop}. */
    public void start() {
        lock.lock();
        try {
            if (!stopping) {
                geyser.subscribe(new Stream());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends the stream, or the wait for the next attempt, at once. */
    public void stop() {
        lock.lock();
        try {
            stopping = true;
            retries.shutdownNow();
            if (call != null) {
                call.cancel("stopped", null);
            }
            channel.shutdownNow();
            stopped.countDown();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until {@link #stop}. */
    public void awaitStopped() throws InterruptedException {
        stopped.await();
    }

    /** {@link #stop}, and waits up to a second for the connection to be gone. */
    @Override
    public void close() {
        stop();
        try {
            channel.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void ended(Status status) {
        lock.lock();
        try {
            if (stopping) {
                return;
            }
            long millis = backoffMillis(failures.getAndIncrement());
            LOG.warn(
                    "{}: stream ended with {}: {}; again in {} ms",
                    monitor.id(),
                    status.getCode(),
                    status.getDescription(),
                    millis);
            var unused = retries.schedule(this::start, millis, TimeUnit.MILLISECONDS);
        } finally {
            lock.unlock();
        }
    }

    /** Half of the doubled wait is certain, the other half is chance, so that seven monitors do not come back as one. */
    private static long backoffMillis(int failures) {
        long full = Math.min(BACKOFF_MAX.toMillis(), BACKOFF_FIRST.toMillis() << Math.min(failures, 10));
        return full / 2 + ThreadLocalRandom.current().nextLong(full / 2 + 1);
    }

    /** One {@code Subscribe} call. */
    private final class Stream implements ClientResponseObserver<SubscribeRequest, SubscribeUpdate> {

        @Override
        public void beforeStart(ClientCallStreamObserver<SubscribeRequest> requests) {
            call = requests; // start() holds the lock
            requests.setOnReadyHandler(new Runnable() {
                private boolean asked;

                @Override
                public void run() {
                    if (!asked) {
                        asked = true;
                        requests.onNext(monitor.request());
                    }
                }
            });
        }

        @Override
        public void onNext(SubscribeUpdate update) {
            if (!update.hasPing()) {
                failures.set(0);
            }
            tap.accept(update);
            monitor.onUpdate(update, out);
        }

        @Override
        public void onError(Throwable error) {
            ended(Status.fromThrowable(error));
        }

        @Override
        public void onCompleted() {
            ended(Status.OK.withDescription("the server ended the stream"));
        }
    }
}
