package io.firehole.gateway;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.gateway.stream.Feed;
import io.firehole.pool.Delivery;
import io.firehole.pool.Monitor;
import io.firehole.pool.transport.Connection.UnaryReply;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A pool that gives what a test puts into it. */
final class FakeUpstream implements Upstream {

    static final int PATIENCE_SECONDS = 30;

    private final BlockingQueue<FakeFeed> feeds = new LinkedBlockingQueue<>();
    private volatile @Nullable Channel provider;
    private final BlockingQueue<UnaryCall> unaryCalls = new LinkedBlockingQueue<>();

    record UnaryCall(String method, ByteString request, CompletableFuture<UnaryReply> reply) {}

    @Override
    public Feed subscribe(Monitor monitor, Runnable wakeup) {
        FakeFeed feed = new FakeFeed(monitor, wakeup);
        feeds.add(feed);
        return feed;
    }

    @Override
    public CompletableFuture<UnaryReply> unary(String method, ByteString request) {
        UnaryCall call = new UnaryCall(method, request, new CompletableFuture<>());
        unaryCalls.add(call);
        return call.reply();
    }

    @Override
    public ClientCall<byte[], byte[]> relay(
            Monitor monitor, MethodDescriptor<byte[], byte[]> method, CallOptions options) {
        return Objects.requireNonNull(provider, "no test has said who answers").newCall(method, options);
    }

    /** Who answers relayed calls. */
    void relaysTo(Channel newProvider) {
        provider = newProvider;
    }

    /** The place of the stream that was opened next. */
    FakeFeed nextFeed() throws InterruptedException {
        return taken(feeds);
    }

    UnaryCall nextUnaryCall() throws InterruptedException {
        return taken(unaryCalls);
    }

    private static <T> T taken(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(PATIENCE_SECONDS, SECONDS);
        assertThat(next).isNotNull();
        return Objects.requireNonNull(next);
    }

    /** One stream's place, with a mailbox of that many updates. */
    static final class FakeFeed implements Feed {

        final Monitor monitor;
        private final Runnable wakeup;
        private final BlockingQueue<SubscribeRequest> requests = new LinkedBlockingQueue<>();
        private final Queue<Delivery> mailbox = new ConcurrentLinkedQueue<>();
        private final AtomicLong waiting = new AtomicLong();
        private final AtomicLong polledBytes = new AtomicLong();
        private final CompletableFuture<Void> closed = new CompletableFuture<>();
        private volatile @Nullable GrpcStatus end;

        /** What it says to {@link #finish}. */
        volatile OptionalLong lastSlot = OptionalLong.empty();

        FakeFeed(Monitor monitor, Runnable wakeup) {
            this.monitor = monitor;
            this.wakeup = wakeup;
        }

        @Override
        public void request(SubscribeRequest request) throws InvalidFilterException {
            check(request);
            requests.add(request);
        }

        @Override
        public void check(SubscribeRequest request) throws InvalidFilterException {
            FilterSet.compile(request, FilterLimits.UNLIMITED);
        }

        @Override
        public @Nullable Delivery poll() {
            Delivery next = mailbox.poll();
            if (next != null) {
                waiting.decrementAndGet();
                polledBytes.addAndGet(next.size());
            }
            return next;
        }

        @Override
        public void written(Delivery update, long atNanos) {}

        @Override
        public @Nullable GrpcStatus ended() {
            GrpcStatus status = end; // first: what was put before the end must not be overlooked
            return mailbox.isEmpty() ? status : null;
        }

        @Override
        public CompletableFuture<OptionalLong> finish() {
            end(GrpcStatus.Code.UNAVAILABLE.with("finished"));
            return CompletableFuture.completedFuture(lastSlot);
        }

        @Override
        public void close() {
            closed.complete(null);
        }

        /** Puts an update in, without a word. */
        void put(Delivery update) {
            waiting.incrementAndGet();
            mailbox.add(update);
        }

        /** Says that there is something new. */
        void wake() {
            wakeup.run();
        }

        void offer(Delivery update) {
            put(update);
            wake();
        }

        void offer(SubscribeUpdate update) {
            offer(Updates.delivery(update));
        }

        /** Ends the stream behind what waits. */
        void end(GrpcStatus status) {
            end = status;
            wake();
        }

        SubscribeRequest nextRequest() throws InterruptedException {
            return taken(requests);
        }

        boolean hasNoRequest() {
            return requests.isEmpty();
        }

        long waiting() {
            return waiting.get();
        }

        long polledBytes() {
            return polledBytes.get();
        }

        boolean isClosed() {
            return closed.isDone();
        }

        void awaitClosed() {
            assertThat(closed).succeedsWithin(PATIENCE_SECONDS, SECONDS);
        }
    }
}
