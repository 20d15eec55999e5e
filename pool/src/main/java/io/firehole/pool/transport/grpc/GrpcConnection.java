package io.firehole.pool.transport.grpc;

import com.google.protobuf.ByteString;
import io.firehole.pool.budget.ConnectionBudget;
import io.firehole.pool.budget.Permit;
import io.firehole.pool.budget.PermitWish;
import io.firehole.pool.budget.ProviderRefusal;
import io.firehole.pool.budget.Refusal;
import io.firehole.pool.budget.ledger.AttemptKind;
import io.firehole.pool.time.NanoClock;
import io.firehole.pool.transport.Connection;
import io.firehole.pool.transport.ConnectionListener;
import io.firehole.pool.transport.StreamListener;
import io.firehole.pool.transport.UpstreamStream;
import io.firehole.wire.GrpcStatus;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection: a channel of grpc-java that may come up once.
 *
 * <pre>
 * CONNECTING ─ HTTP/2 is up and the channel ready → OPEN     ─ GOAWAY, drain()                         → DRAINING
 *                                                   OPEN     ─ socket closed, no sign of life, close() → CLOSED
 *            ─ every address has failed, close()  → CLOSED
 *                                                   DRAINING ─ the same, or the last call has ended    → CLOSED
 * </pre>
 *
 * <p>Everything but the methods of {@link Connection} belongs to the event loop. Calls are started there only once the
 * connection is open: a call made earlier would be told of things by whatever thread grpc-java happens to be on.
 */
final class GrpcConnection implements Connection {

    /** Calls at a time; far more than a pool puts on one connection. */
    static final int CALLS_MAX = 1_024;

    /** How long a closing socket may take to say goodbye; a dead peer would never read it. */
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(GrpcConnection.class);

    private enum State {
        CONNECTING,
        OPEN,
        /** Takes no calls any more; those that are open go on. */
        DRAINING,
        CLOSED
    }

    private final long id;
    private final PermitWish wish;
    private final ConnectionListener listener;
    private final EventLoop loop;
    private final GrpcTransport transport;
    private final GrpcEndpoint endpoint;
    private final ConnectionBudget budget;
    private final GrpcTransportSettings settings;
    private final NanoClock clock;

    private final Set<OpenCall> calls = new LinkedHashSet<>();

    /** Calls of others' stubs that are open. */
    private int stubCalls;

    private final Set<Channel> sockets = new HashSet<>();
    private State state = State.CONNECTING;
    private boolean http2Up;
    private boolean allFailed;

    /** Written once, by who opens the connection; callers' stubs may be quicker than the event loop. */
    private volatile @Nullable ManagedChannel channel;

    /** Why it is closed; OK while it is not. Written by the event loop. */
    private volatile GrpcStatus why = GrpcStatus.OK;

    private @Nullable Permit attempt;
    private boolean served;
    private boolean servesUpdates;
    private @Nullable SignsOfLife signsOfLife;

    GrpcConnection(
            long id,
            PermitWish wish,
            ConnectionListener listener,
            EventLoop loop,
            GrpcTransport transport,
            GrpcEndpoint endpoint,
            ConnectionBudget budget,
            GrpcTransportSettings settings,
            NanoClock clock) {
        this.id = id;
        this.wish = wish;
        this.listener = listener;
        this.loop = loop;
        this.transport = transport;
        this.endpoint = endpoint;
        this.budget = budget;
        this.settings = settings;
        this.clock = clock;
    }

    // ---- any thread ----

    @Override
    public long id() {
        return id;
    }

    @Override
    public UpstreamStream subscribe(StreamListener streamListener) {
        SubscribeCall call = new SubscribeCall(this, streamListener);
        onLoop(() -> begin(call));
        return call;
    }

    @Override
    public CompletableFuture<UnaryReply> unary(String method, ByteString request, Duration timeout) {
        UnaryCall call = new UnaryCall(this, method, request);
        if (!onLoop(() -> begin(call, timeout))) {
            call.end(GrpcStatus.Code.UNAVAILABLE.with("the transport is closed"));
        }
        return call.reply();
    }

    @Override
    public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
        ManagedChannel mine = channel;
        if (mine == null) {
            throw new IllegalStateException(this + " has not begun to connect");
        }
        if (options.getExecutor() == null) {
            throw new IllegalArgumentException(method.getFullMethodName() + ": the call options name no executor");
        }
        if (isSubscribe(method) && budget.counts(AttemptKind.SUBSCRIBE)) {
            throw new UnsupportedOperationException(method.getFullMethodName()
                    + ": a rule of the budget counts such calls, and one by a stub of your own cannot wait for its permit;"
                    + " subscribe by the pool");
        }
        return new StubCall<>(this, mine.newCall(method, options.withCallCredentials(null)));
    }

    private static boolean isSubscribe(MethodDescriptor<?, ?> method) {
        String name = method.getBareMethodName();
        return name != null && name.startsWith("Subscribe") && !method.getType().serverSendsOneMessage();
    }

    @Override
    public void drain() {
        onLoop(() -> drain(GrpcStatus.OK, false));
    }

    @Override
    public void close() {
        onLoop(() -> finish(GrpcStatus.OK));
    }

    @Override
    public String toString() {
        return "connection " + id + " to " + endpoint.authority();
    }

    /** Hands a task to the event loop, never running it within this call; false if the loop is gone. */
    boolean onLoop(Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException transportClosed) {
            return false;
        }
    }

    /** Begins to connect by that channel. */
    void start(ManagedChannel channelOfThis) {
        channel = channelOfThis;
        boolean handed = onLoop(() -> {
            if (state == State.CLOSED) {
                channelOfThis.shutdownNow();
            } else {
                channelOfThis.getState(true);
                look(channelOfThis);
            }
        });
        if (!handed) {
            channelOfThis.shutdownNow();
        }
    }

    // ---- the event loop ----

    boolean inLoop() {
        return loop.inEventLoop();
    }

    EventLoop loop() {
        return loop;
    }

    PermitWish wish() {
        return wish;
    }

    /** Why no further socket may be opened for this connection; null if one may. */
    @Nullable
    String refusesConnect() {
        if (http2Up) {
            return "a connection lives once, and this one has lived";
        }
        return state == State.CLOSED || allFailed ? "the connection is closed" : null;
    }

    /** A socket is about to be opened. */
    void trying(Channel socket) {
        sockets.add(socket);
        log.debug("{} asks for a permit", this);
    }

    /** An attempt has come to nothing; grpc-java goes on to the next address, or fails. */
    void connectFailed(Channel socket) {
        sockets.remove(socket);
    }

    /** The provider has sent its settings: from here on, this connection has lived. */
    void http2Up() {
        http2Up = true;
    }

    boolean isHttp2Up() {
        return http2Up;
    }

    /** grpc-java has told the calls on it already. */
    void socketClosed(Channel socket, @Nullable Throwable cause) {
        sockets.remove(socket);
        if (http2Up) {
            String text = cause == null
                    ? "the provider closed the connection"
                    : "the connection broke: " + cause.getMessage();
            finish(GrpcStatus.Code.UNAVAILABLE.with(text));
        }
    }

    /** The headers of every call. Any thread. */
    Metadata headers() {
        Metadata headers = new Metadata();
        authorize(headers);
        return headers;
    }

    /** Puts the provider's token where any other has been. Any thread. */
    void authorize(Metadata headers) {
        Metadata.Key<String> key = Metadata.Key.of(endpoint.tokenKey(), Metadata.ASCII_STRING_MARSHALLER);
        headers.discardAll(key);
        AccessToken token = endpoint.token();
        if (token != null) {
            headers.put(key, token.value());
        }
    }

    /** Why it was given up; OK if it was not, or only closed. Any thread. */
    GrpcStatus why() {
        return why;
    }

    /** The call has been told its end. */
    void ended(OpenCall call) {
        calls.remove(call);
        finishIfDrained();
    }

    /** A socket is being opened with that permit. */
    void attempting(Permit permit) {
        attempt = permit;
    }

    /** For one Subscribe call. Any thread. */
    SubscribePermit subscribePermit() {
        return new SubscribePermit(this, budget, clock);
    }

    boolean takesCalls() {
        return state == State.OPEN;
    }

    /** An update has come, or an answer to a call: the provider serves this connection. */
    void served(AttemptKind byCall) {
        if (byCall == AttemptKind.SUBSCRIBE) {
            servesUpdates = true;
        }
        if (!served) {
            served = true;
            if (attempt != null) {
                attempt.served();
            }
        }
    }

    /**
     * The call has ended with an error: if the provider has refused it for some limit, the budget wants to know.
     *
     * @param beforeFirstMessage only then it is a refusal, and not the end of something
     */
    void noteRefusal(Status status, OptionalLong retryAfterNanos, boolean beforeFirstMessage, AttemptKind ofCall) {
        ProviderRefusal how = beforeFirstMessage ? StatusTranslation.refusal(status) : null;
        if (how != null) {
            // A reply to some other call does not show that subscriptions are welcome here; an update does.
            boolean servesOthers = ofCall == AttemptKind.SUBSCRIBE ? servesUpdates : served;
            budget.refused(new Refusal(how, retryAfterNanos, servesOthers, this + ": " + StatusTranslation.of(status)));
        }
    }

    private void begin(UnaryCall call, Duration timeout) {
        begin(call);
        call.endAfter(timeout);
    }

    private void begin(OpenCall call) {
        if (state == State.CLOSED || state == State.DRAINING) {
            String text = why.isOk() ? "the connection is closed" : why.message();
            call.end(GrpcStatus.Code.UNAVAILABLE.with(text));
        } else if (calls.size() >= CALLS_MAX) {
            call.end(
                    GrpcStatus.Code.RESOURCE_EXHAUSTED.with(this + " has " + CALLS_MAX + " calls, which is its limit"));
        } else {
            calls.add(call);
            if (state == State.OPEN && channel != null) {
                call.start(channel);
            }
        }
    }

    /** Looks at the channel's state, now and whenever it has changed. */
    private void look(ManagedChannel channelOfThis) {
        ConnectivityState now = channelOfThis.getState(false);
        if (state == State.CONNECTING) {
            if (now == ConnectivityState.READY) {
                open(channelOfThis);
            } else if (now == ConnectivityState.TRANSIENT_FAILURE) {
                failed(channelOfThis);
            } else if (http2Up && now == ConnectivityState.IDLE) {
                finish(GrpcStatus.Code.UNAVAILABLE.with("the provider sent GOAWAY at once"));
            }
        } else if (now != ConnectivityState.READY) {
            drain(GrpcStatus.Code.UNAVAILABLE.with("the provider takes no more calls on this connection"), true);
        }
        if (state != State.CLOSED && !allFailed) {
            channelOfThis.notifyWhenStateChanged(now, () -> onLoop(() -> look(channelOfThis)));
        }
    }

    private void open(ManagedChannel channelOfThis) {
        state = State.OPEN;
        for (Channel socket : sockets) {
            signsOfLife = SignsOfLife.watch(
                    socket,
                    settings,
                    clock,
                    text -> finish(GrpcStatus.Code.UNAVAILABLE.with(text)),
                    text -> drain(GrpcStatus.Code.UNAVAILABLE.with(text), true));
        }
        log.debug("{} is open", this);
        List.copyOf(calls).forEach(call -> call.start(channelOfThis));
        tell(listener::ready);
    }

    /** Every address has failed. grpc-java tells the cause only to a call, so one is made that goes nowhere. */
    private void failed(ManagedChannel channelOfThis) {
        allFailed = true;
        ClientCall<ByteString, ByteString> asking =
                channelOfThis.newCall(RawMessages.unary("geyser.Geyser/Ping"), CallOptions.DEFAULT);
        asking.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        onLoop(() -> finish(StatusTranslation.of(status)));
                    }
                },
                new Metadata());
    }

    /** @param byProvider whether the listener has yet to hear of it */
    private void drain(GrpcStatus cause, boolean byProvider) {
        if (state == State.CONNECTING) {
            finish(cause);
        } else if (state == State.OPEN) {
            state = State.DRAINING;
            why = cause;
            log.debug("{} is draining, with {} calls: {}", this, calls.size(), cause);
            if (byProvider) {
                tell(() -> listener.draining(cause));
            }
            finishIfDrained();
        }
    }

    /** A call of somebody else's stub goes out. */
    void stubCallBegan() {
        stubCalls++;
    }

    /** It has ended. */
    void stubCallEnded() {
        stubCalls--;
        finishIfDrained();
    }

    private void finishIfDrained() {
        if (state == State.DRAINING && calls.isEmpty() && stubCalls == 0) {
            // Later: the call that ended last is to hear of that first.
            onLoop(() -> {
                if (state == State.DRAINING && calls.isEmpty() && stubCalls == 0) {
                    finish(why);
                }
            });
        }
    }

    private void finish(GrpcStatus cause) {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        why = cause;
        log.debug("{} is closed: {}", this, cause);
        if (signsOfLife != null) {
            signsOfLife.stop();
        }
        GrpcStatus ofCalls = cause.isOk() ? GrpcStatus.Code.CANCELLED.with("the connection was closed") : cause;
        List.copyOf(calls).forEach(call -> call.end(ofCalls));
        if (channel != null) {
            channel.shutdownNow();
        }
        List.copyOf(sockets).forEach(this::closeSocket);
        transport.forget(this);
        tell(() -> listener.closed(cause));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // What a closing socket still fails at is of no interest.
    private void closeSocket(Channel socket) {
        socket.close();
        try {
            loop.schedule(() -> ConnectGate.force(socket), FAREWELL.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException transportClosed) {
            // The loops end and close all sockets themselves.
        }
    }

    private void tell(Runnable event) {
        try {
            event.run();
        } catch (RuntimeException e) {
            log.error("{}: its listener failed", this, e);
        }
    }
}
