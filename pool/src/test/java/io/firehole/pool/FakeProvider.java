package io.firehole.pool;

import com.google.protobuf.ByteString;
import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.pool.budget.PermitClass;
import io.firehole.pool.budget.PermitWish;
import io.firehole.pool.time.VirtualTime;
import io.firehole.pool.transport.Connection;
import io.firehole.pool.transport.ConnectionListener;
import io.firehole.pool.transport.StreamListener;
import io.firehole.pool.transport.Transport;
import io.firehole.pool.transport.UpstreamStream;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdatePing;
import io.firehole.wire.proto.SubscribeUpdatePong;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A provider in the same world: it behaves as the reference server does towards one who subscribes, and can be told to
 * misbehave. Requests take effect a little later, none is acknowledged, and of those that wait only the last counts.
 */
final class FakeProvider implements Transport {

    static final Duration CONNECT = Duration.ofMillis(5);
    static final Duration DOWN = Duration.ofMillis(2);

    private static final Duration PING_INTERVAL = Duration.ofSeconds(10);

    private final VirtualTime time;
    private final Random random;
    final List<Link> connections = new ArrayList<>();
    final List<PermitClass> purposes = new ArrayList<>();

    /** What the provider itself refuses: gives the text, or null for a good request. */
    Function<SubscribeRequest, @Nullable String> rules = request -> null;

    /** Whether a connection attempt succeeds. */
    Predicate<Long> accepts = id -> true;

    /** How soon a connection is closed once it is ready; null for not. */
    @Nullable
    Duration closesAfter;

    /** How much longer than usual the updates of the next connection are on their way. */
    Supplier<Duration> lags = () -> Duration.ZERO;

    /** Whether connections answer a Ping, unless told otherwise one by one. */
    boolean answersPings = true;

    final List<PermitWish> wishes = new ArrayList<>();

    /** When each connection was asked for. */
    final List<Long> askedNanos = new ArrayList<>();

    /** What each call ends with as soon as it has asked for something; null for not. */
    @Nullable
    GrpcStatus callsEndWith;

    /** Whether updates are written at all. */
    boolean silent;

    /** Whether a request with a ping is answered with a pong. */
    boolean answersRequestPings = true;

    /** Every request of every call, pings included, in the order in which they came. */
    final List<SubscribeRequest> asked = new ArrayList<>();

    /** When each of them came. */
    final List<Long> askedAtNanos = new ArrayList<>();

    /** How many Subscribe calls were made. */
    int subscribes;

    /** What happens to an update on its way. */
    Function<SubscribeUpdate, List<SubscribeUpdate>> wire = List::of;

    /** What becomes of the bytes of a message on its way. */
    UnaryOperator<byte[]> bytesOnTheWire = UnaryOperator.identity();

    /** What it replays from a slot on at a commitment; a status if it does not. By default there is nothing to replay. */
    BiFunction<Long, CommitmentLevel, List<FakeChain.Event>> replays = (from, level) -> List.of();

    /** The status with which it answers who asks for a replay; null for that it replays. */
    Function<Long, @Nullable GrpcStatus> deniesReplay = from -> null;

    /** What it allows in a request. */
    FilterLimits limits = FilterLimits.UNLIMITED;

    /** What it said to requests that it did not allow. */
    final List<String> refusals = new ArrayList<>();

    /** What it answers to a unary call of that method; null for a text of no account. */
    Function<String, Connection.@Nullable UnaryReply> answers = method -> null;

    /** Unary calls of any method but Ping. */
    int unaryCalls;

    FakeProvider(VirtualTime time, Random random) {
        this.time = time;
        this.random = random;
    }

    @Override
    public Connection connect(long connectionId, PermitWish wish, ConnectionListener listener) {
        askedNanos.add(time.nanos());
        wishes.add(wish);
        purposes.add(wish.purpose());
        Link link = new Link(connectionId, listener);
        connections.add(link);
        time.after(CONNECT.toNanos(), link::connected);
        return link;
    }

    /** The chain has moved: every stream that sees it gets it. */
    void on(FakeChain.Event event) {
        if (!silent) {
            open().forEach(link -> List.copyOf(link.streams).forEach(stream -> stream.on(event)));
        }
    }

    List<Link> open() {
        return connections.stream().filter(link -> link.ready && !link.closed).toList();
    }

    List<Stream> streams() {
        return open().stream().flatMap(link -> link.streams.stream()).toList();
    }

    @Override
    public void close() {
        connections.forEach(Link::close);
    }

    /** One connection. */
    final class Link implements Connection {

        private final long id;
        private final ConnectionListener listener;
        final List<Stream> streams = new ArrayList<>();
        final List<FakeCall<?, ?>> calls = new ArrayList<>();
        private boolean ready;
        private boolean closed;
        private boolean draining;

        /** How much longer than others its updates are on their way. */
        final Duration lag = lags.get();

        boolean answersPing = answersPings;

        private Link(long id, ConnectionListener listener) {
            this.id = id;
            this.listener = listener;
        }

        private void connected() {
            if (closed) {
                return;
            }
            if (accepts.test(id)) {
                ready = true;
                listener.ready();
                if (closesAfter != null) {
                    time.after(closesAfter.toNanos(), () -> cut("closed soon after"));
                }
            } else {
                cut("connection refused");
            }
        }

        /** The provider takes no more calls on it. */
        void goAway() {
            draining = true;
            listener.draining(GrpcStatus.Code.UNAVAILABLE.with("the provider sent GOAWAY"));
            finishIfDrained();
        }

        @Override
        public void drain() {
            time.execute(() -> {
                draining = true;
                finishIfDrained();
            });
        }

        private void finishIfDrained() {
            if (draining && streams.isEmpty() && calls.isEmpty()) {
                time.execute(() -> end(GrpcStatus.OK));
            }
        }

        /** The connection breaks. */
        void cut(String why) {
            end(GrpcStatus.Code.UNAVAILABLE.with(why));
        }

        private void end(GrpcStatus why) {
            if (closed) {
                return;
            }
            closed = true;
            List.copyOf(streams).forEach(stream -> stream.end(GrpcStatus.Code.UNAVAILABLE.with(why.message())));
            List.copyOf(calls).forEach(call -> call.end(Status.UNAVAILABLE.withDescription(why.message())));
            listener.closed(why);
        }

        boolean isClosed() {
            return closed;
        }

        void later(Runnable task) {
            time.after(DOWN.toNanos(), task);
        }

        @Override
        public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
            return new FakeCall<>(this, method, options);
        }

        @Override
        public long id() {
            return id;
        }

        @Override
        public UpstreamStream subscribe(StreamListener told) {
            subscribes++;
            Stream stream = new Stream(this, told);
            streams.add(stream);
            if (closed || draining) {
                stream.end(GrpcStatus.Code.UNAVAILABLE.with("takes no calls"));
            } else {
                stream.ping();
            }
            return stream;
        }

        @Override
        public CompletableFuture<UnaryReply> unary(String method, ByteString request, Duration timeout) {
            CompletableFuture<UnaryReply> reply = new CompletableFuture<>();
            unaryCalls += method.endsWith("/Ping") ? 0 : 1;
            UnaryReply answer = answers.apply(method);
            if (answer != null) {
                time.after(DOWN.toNanos(), () -> reply.complete(answer));
                return reply;
            }
            if (answersPing || !method.endsWith("/Ping")) {
                time.after(
                        DOWN.toNanos(),
                        () -> reply.complete(new UnaryReply.Answered(ByteString.copyFromUtf8(method + " on " + id))));
            } else {
                time.after(
                        timeout.toNanos(),
                        () -> reply.complete(
                                new UnaryReply.Failed(GrpcStatus.Code.DEADLINE_EXCEEDED.with("no answer"))));
            }
            return reply;
        }

        @Override
        public void close() {
            time.execute(() -> end(GrpcStatus.OK));
        }
    }

    /** One call. */
    final class Stream implements UpstreamStream {

        private final Link link;
        private final StreamListener listener;
        final List<SubscribeRequest> requests = new ArrayList<>();
        private @Nullable SubscribeRequest waiting;
        private @Nullable FilterSet filters;
        private boolean refused;
        int pings;
        boolean ended;
        boolean silent;

        private Stream(Link link, StreamListener listener) {
            this.link = link;
            this.listener = listener;
        }

        @Override
        public void send(SubscribeRequest request) {
            if (ended) {
                return;
            }
            SubscribeRequest received = copy(request);
            asked.add(received);
            askedAtNanos.add(time.nanos());
            GrpcStatus refusal = refused ? null : refusalOf(received);
            if (refusal != null) {
                refused = true;
                time.after(DOWN.toNanos(), () -> end(refusal));
            }
            if (refused) {
                return;
            }
            if (received.hasPing()) {
                pings++;
                if (answersRequestPings) {
                    write(SubscribeUpdate.newBuilder()
                            .setPong(SubscribeUpdatePong.newBuilder()
                                    .setId(received.getPing().getId()))
                            .build());
                }
                return;
            }
            requests.add(received);
            waiting = received;
            time.after(Duration.ofMillis(1 + random.nextInt(30)).toNanos(), this::look);
        }

        /** Every request is checked, those of pings too; what else is in one with a ping does not count. */
        private @Nullable GrpcStatus refusalOf(SubscribeRequest request) {
            String refusal = rules.apply(request);
            if (refusal != null) {
                return GrpcStatus.Code.INVALID_ARGUMENT.with(refusal);
            }
            try {
                FilterSet.compile(request, limits);
                return null;
            } catch (InvalidFilterException invalid) {
                refusals.add(invalid.statusMessage());
                return GrpcStatus.Code.INVALID_ARGUMENT.with(invalid.statusMessage());
            }
        }

        private void look() {
            SubscribeRequest request = waiting;
            waiting = null;
            if (request == null || ended || refused) {
                return;
            }
            GrpcStatus fault = callsEndWith;
            if (fault != null) {
                time.after(DOWN.toNanos(), () -> end(fault));
                return;
            }
            try {
                filters = FilterSet.compile(request, limits);
            } catch (InvalidFilterException impossible) {
                throw new AssertionError(impossible);
            }
            if (request.hasFromSlot()) {
                GrpcStatus denied = deniesReplay.apply(request.getFromSlot());
                if (denied == null && !FakeProvider.this.silent) {
                    replays.apply(request.getFromSlot(), request.getCommitment())
                            .forEach(this::on);
                } else if (denied != null) {
                    time.after(DOWN.toNanos(), () -> end(denied));
                }
            }
        }

        private void on(FakeChain.Event event) {
            FilterSet current = filters;
            if (current != null && !silent) {
                event.seenBy(current).forEach(this::write);
            }
        }

        void write(SubscribeUpdate update) {
            for (SubscribeUpdate sent : wire.apply(update)) {
                byte[] bytes = bytesOnTheWire.apply(sent.toByteArray());
                time.after(DOWN.plus(link.lag).toNanos(), () -> {
                    if (!ended) {
                        listener.update(bytes);
                    }
                });
            }
        }

        void writeBytes(byte[] bytes) {
            time.after(DOWN.toNanos(), () -> listener.update(bytes));
        }

        private void ping() {
            if (!ended) {
                write(SubscribeUpdate.newBuilder()
                        .setPing(SubscribeUpdatePing.getDefaultInstance())
                        .build());
                time.after(PING_INTERVAL.toNanos(), this::ping);
            }
        }

        /** The provider ends the call. */
        void end(GrpcStatus why) {
            if (!ended) {
                ended = true;
                link.streams.remove(this);
                listener.closed(why);
                link.finishIfDrained();
            }
        }

        @Override
        public void cancel() {
            time.execute(() -> end(GrpcStatus.Code.CANCELLED.with("by the client")));
        }

        SubscribeRequest lastRequest() {
            return requests.getLast();
        }
    }

    private static SubscribeRequest copy(SubscribeRequest request) {
        try {
            return SubscribeRequest.parseFrom(request.toByteArray());
        } catch (com.google.protobuf.InvalidProtocolBufferException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
