package io.firehole.simulator.server;

import io.firehole.simulator.faults.Fault;
import io.firehole.simulator.faults.SocketTap;
import io.firehole.simulator.rules.Outcome;
import io.firehole.simulator.rules.Refusals;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.framing.MessageDeframer;
import io.firehole.wire.framing.MessageEncoding;
import io.netty.channel.Channel;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection of a client, with its calls.
 *
 * <p>Belongs to its event loop, but for {@link #advance()} and {@link #strike}, which any thread may call.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a connection that fails tells so by closing
final class ProviderConnection {

    private static final String SERVICE = "/geyser.Geyser/";
    private static final String UNKNOWN_SERVICE_OR_METHOD = "";

    private final long id;
    private final Outcome outcome;
    private final Channel channel;
    private final SocketTap tap;
    private final ProviderContext provider;
    private final UnaryMethods unary;

    private final IdentityHashMap<Call, Reply> calls = new IdentityHashMap<>();
    private final AtomicBoolean advancing = new AtomicBoolean();
    private int streams;
    private boolean silent;
    private boolean goingAway;

    ProviderConnection(long id, Outcome outcome, Channel channel, SocketTap tap, ProviderContext provider) {
        this.id = id;
        this.outcome = outcome;
        this.channel = channel;
        this.tap = tap;
        this.provider = provider;
        this.unary = new UnaryMethods(provider.chain());
    }

    long id() {
        return id;
    }

    Channel channel() {
        return channel;
    }

    /** The chain has something new. Any thread; returns at once. */
    void advance() {
        if (advancing.compareAndSet(false, true)) {
            channel.eventLoop().execute(() -> {
                advancing.set(false);
                if (!silent) {
                    for (Call call : List.copyOf(calls.keySet())) {
                        if (call instanceof StreamCall stream) {
                            stream.advance();
                        }
                    }
                }
            });
        }
    }

    /** Begins the call that these headers ask for; null if it is answered already. */
    CallHandler.@Nullable OpenCall begin(Http2Headers headers, Channel stream, boolean requestEnded) {
        Reply reply = new Reply(stream);
        if (requestEnded) {
            reply.requestEnded();
        }
        if (outcome == Outcome.LIMITED) {
            reply.refuseByHttp("429");
            return null;
        }
        String path = text(headers, ":path", "");
        boolean health = path.startsWith("/grpc.health.v1.Health/");
        GrpcStatus refusal = path.startsWith(SERVICE) ? refusal(headers, path) : null;
        if (refusal == null && provider.shuttingDown().getAsBoolean()) {
            refusal = GrpcStatus.Code.UNAVAILABLE.with("server is shutting down");
        }
        if (refusal != null) {
            reply.end(refusal);
            return null;
        }
        String method = path.substring(path.lastIndexOf('/') + 1);
        if (health ? !isHealthMethod(method) : !isMethod(path, method)) {
            reply.end(GrpcStatus.Code.UNIMPLEMENTED.with(UNKNOWN_SERVICE_OR_METHOD));
            return null;
        }
        String requestEncoding = text(headers, "grpc-encoding", "identity");
        MessageEncoding encoding = MessageEncoding.named(requestEncoding);
        if (encoding == null) {
            reply.refuseEncoding(
                    GrpcStatus.Code.UNIMPLEMENTED.with(
                            "Content is compressed with `" + requestEncoding + "` which isn't supported"),
                    MessageEncoding.ACCEPTED);
            return null;
        }
        Call call = open(path, method, headers, stream, reply);
        if (call == null) {
            return null;
        }
        calls.put(call, reply);
        return new CallHandler.OpenCall(
                call, new MessageDeframer(provider.profile().requestBytes(), encoding));
    }

    private @Nullable GrpcStatus refusal(Http2Headers headers, String path) {
        if (provider.token() != null
                && !provider.token().matches(text(headers, provider.profile().tokenHeader(), ""))) {
            provider.refusals().count(Refusals.TOKEN);
            return GrpcStatus.Code.UNAUTHENTICATED.with("No valid auth token");
        }
        if (!provider.streams().call(account(headers), path, provider.clock().nanos())) {
            provider.refusals().count("subscribes");
            return GrpcStatus.Code.RESOURCE_EXHAUSTED.with("rate limit exceeded");
        }
        return null;
    }

    private static boolean isHealthMethod(String method) {
        return method.equals("Check") || method.equals("Watch");
    }

    private boolean isMethod(String path, String method) {
        return path.equals(SERVICE + method)
                && (method.equals("Subscribe") || method.equals("SubscribeDeshred") || unary.named(method) != null);
    }

    private @Nullable Call open(String path, String method, Http2Headers headers, Channel stream, Reply reply) {
        MessageEncoding encoding = MessageEncoding.chosenFrom(all(headers, "grpc-accept-encoding"));
        if (!path.startsWith(SERVICE)) {
            return method.equals("Watch")
                    ? new Health.Watch(reply, encoding)
                    : new UnaryCall(Health::check, reply, encoding);
        }
        UnaryCall.Method answered = unary.named(method);
        if (answered != null) {
            return new UnaryCall(answered, reply, encoding);
        }
        String account = account(headers);
        boolean room = streams < provider.profile().streamsPerConnection();
        if (!room || !provider.streams().open(account)) {
            provider.refusals().count(room ? "streams.per-account" : "streams.per-connection");
            reply.end(GrpcStatus.Code.RESOURCE_EXHAUSTED.with("max subscription limit exceeded"));
            return null;
        }
        streams++;
        StreamCall call = new StreamCall(
                method.equals("Subscribe") ? new SubscribeDialect(provider, id) : new DeshredDialect(provider, id),
                reply,
                channel.eventLoop(),
                provider,
                account,
                encoding,
                wanted -> stream.config().setAutoRead(wanted),
                () -> {
                    streams--;
                    provider.streams().closed(account);
                });
        call.open();
        return call;
    }

    /** A call's HTTP/2 stream is gone. */
    void over(Call call) {
        calls.remove(call);
        call.closed();
        if (goingAway && calls.isEmpty()) {
            channel.close();
        }
    }

    /** Ends every call that stays open by itself. Any thread. */
    void shutDown() {
        channel.eventLoop().execute(() -> List.copyOf(calls.keySet()).forEach(Call::shutDown));
    }

    /** Does to this connection what the fault says. Any thread. */
    void strike(Fault fault) {
        channel.eventLoop().execute(() -> {
            if (!channel.isActive()) {
                return;
            }
            Duration lasting = fault.lasting() == null ? Fault.DEFAULT_LASTING : fault.lasting();
            switch (fault.kind()) {
                case RESET -> tap.reset();
                case FIN -> {
                    tap.fin();
                    hush();
                }
                case HALF_OPEN -> {
                    tap.silence();
                    hush();
                }
                case GOAWAY -> {
                    goingAway = true;
                    channel.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
                    if (calls.isEmpty()) {
                        channel.close();
                    }
                }
                case STREAM_ERROR ->
                    new ArrayList<>(calls.values()).forEach(reply -> reply.reset(Http2Error.INTERNAL_ERROR));
                case STALL -> tap.stall(lasting);
                case SLOW -> tap.slow(lasting);
                case REFUSE,
                        REFUSE_HTTP2,
                        NO_REPLAY,
                        DEAD_SLOT,
                        INVALID,
                        POISON_TRUNCATED,
                        POISON_FLAG,
                        POISON_OVERSIZE,
                        POISON_HUGE,
                        POISON_UTF8,
                        POISON_FIELDS,
                        POISON_KIND,
                        POISON_NAME,
                        POISON_NAMELESS,
                        CLEAR -> {}
            }
        });
    }

    /** Lets a stalled or slowed connection flow again. Any thread. */
    void release() {
        channel.eventLoop().execute(tap::release);
    }

    /** Nobody will hear anything here again: the calls need not go on. */
    private void hush() {
        silent = true;
        for (Call call : List.copyOf(calls.keySet())) {
            calls.remove(call);
            call.closed();
        }
    }

    private String account(Http2Headers headers) {
        String subscription = text(headers, "x-subscription-id", "");
        if (!subscription.isEmpty()) {
            return "subscription " + subscription;
        }
        String token = text(headers, provider.profile().tokenHeader(), "");
        if (!token.isEmpty()) {
            return "token " + token;
        }
        return channel.remoteAddress() instanceof InetSocketAddress peer
                ? "peer " + peer.getAddress().getHostAddress()
                : "peer unknown";
    }

    private static String text(Http2Headers headers, String name, String absent) {
        CharSequence value = headers.get(name);
        return value == null ? absent : value.toString();
    }

    private static @Nullable String all(Http2Headers headers, String name) {
        List<CharSequence> values = headers.getAll(name);
        return values.isEmpty() ? null : String.join(",", values);
    }
}
