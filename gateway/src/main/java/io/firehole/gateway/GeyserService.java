package io.firehole.gateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.stream.SubscriptionOption;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceOptions;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.firehole.gateway.access.Admission;
import io.firehole.gateway.access.Doorkeeper;
import io.firehole.gateway.access.Refusal;
import io.firehole.gateway.stream.Feed;
import io.firehole.gateway.stream.HeaderField;
import io.firehole.gateway.stream.RelayedCall;
import io.firehole.gateway.stream.SubscribeCall;
import io.firehole.gateway.stream.Wakeup;
import io.firehole.pool.Monitor;
import io.firehole.pool.time.NanoClock;
import io.firehole.pool.time.Timers;
import io.firehole.pool.transport.Connection.UnaryReply;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.framing.MessageEncoding;
import io.firehole.wire.proto.PingRequest;
import io.firehole.wire.proto.PongResponse;
import io.grpc.CallOptions;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Every call of the gateway by its path: {@code Subscribe}, the unary methods, health, and what is the provider's alone.
 *
 * <p>Lives on the event loops of the connections; each call stays on its own.
 */
final class GeyserService implements HttpService {

    private static final Logger logger = LoggerFactory.getLogger(GeyserService.class);

    static final String SERVICE = "geyser.Geyser";

    /** Answered by the provider, whatever is in them. */
    private static final Set<String> FORWARDED = Set.of(
            "GetLatestBlockhash", "GetBlockHeight", "GetSlot", "IsBlockhashValid", "GetVersion", "SubscribeReplayInfo");

    /** How long a client that has got its status may take to close its side before the stream is reset. */
    private static final long CLOSE_STREAM_AFTER_MILLIS = 1_000;

    private static final ServiceOptions OPTIONS = ServiceOptions.builder()
            .requestTimeoutMillis(0)
            .maxRequestLength(0)
            .closeHttp2StreamDelayMillis(CLOSE_STREAM_AFTER_MILLIS)
            .build();

    private final GatewayConfig config;
    private final Upstream upstream;
    private final Doorkeeper doorkeeper;
    private final OpenCalls calls;
    private final HealthCalls health;
    private final Executor checker;
    private final GatewayCounters counters;

    GeyserService(
            GatewayConfig config,
            Upstream upstream,
            Doorkeeper doorkeeper,
            OpenCalls calls,
            HealthCalls health,
            Executor checker,
            GatewayCounters counters) {
        this.config = config;
        this.upstream = upstream;
        this.doorkeeper = doorkeeper;
        this.calls = calls;
        this.health = health;
        this.checker = checker;
        this.counters = counters;
    }

    @Override
    public ServiceOptions options() {
        return OPTIONS;
    }

    @Override
    public HttpResponse serve(ServiceRequestContext ctx, HttpRequest request) {
        try {
            return route(ctx, request);
        } catch (RuntimeException e) {
            logger.error("A call of {} failed", ctx.path(), e);
            return GrpcReplies.refusal(GrpcStatus.Code.INTERNAL.with("the gateway failed to take the call"));
        }
    }

    private HttpResponse route(ServiceRequestContext ctx, HttpRequest request) {
        MediaType type = request.contentType();
        if (type == null
                || !type.type().equals("application")
                || !type.subtype().startsWith("grpc")) {
            return HttpResponse.of(
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                    MediaType.PLAIN_TEXT_UTF_8,
                    "This is a Firehole gateway. It speaks Yellowstone gRPC and nothing else.\n");
        }
        String path = ctx.path();
        int slash = path.indexOf('/', 1);
        String service = slash < 0 ? "" : path.substring(1, slash);
        String method = path.substring(slash + 1);
        if (service.equals(HealthCalls.SERVICE)) {
            return unpacked(request, (given, encoding) -> health.serve(ctx, given, encoding, method));
        }
        if (service.equals(SERVICE)) {
            if (method.equals("Subscribe")) {
                return admitted(ctx, request, (monitor, encoding) -> subscribe(ctx, request, monitor, encoding));
            }
            if (method.equals("Ping")) {
                return admitted(ctx, request, (monitor, encoding) -> ping(ctx, request, encoding));
            }
            if (FORWARDED.contains(method)) {
                return admitted(ctx, request, (monitor, encoding) -> forward(ctx, request, encoding, method));
            }
        }
        if (service.isEmpty() || method.isEmpty()) {
            return refuse(new Admission.Refused(
                    Refusal.METHOD, GrpcStatus.Code.UNIMPLEMENTED.with("path " + path + " names no method of gRPC")));
        }
        return admitted(
                ctx, request, (monitor, encoding) -> relay(ctx, request, monitor, encoding, service + "/" + method));
    }

    /** Hands a call to the provider as it is: the method may be any, with streams either way. */
    private HttpResponse relay(
            ServiceRequestContext ctx, HttpRequest request, Monitor monitor, MessageEncoding received, String method) {
        Channel connection = Objects.requireNonNull(ctx.log().partial().channel(), "channel");
        EventLoop eventLoop = ctx.eventLoop().withoutContext();
        CallOptions options;
        try {
            options = RelayedMethod.options(request.headers().get("grpc-timeout"), eventLoop);
        } catch (IllegalArgumentException noTimeout) {
            return refuse(wrong(noTimeout));
        }
        Optional<Admission.Refused> tooMany = calls.full(connection).or(() -> calls.relayedEnters(monitor.id()));
        if (tooMany.isPresent()) {
            return refuse(tooMany.get());
        }
        ResponseOutlet outlet = new ResponseOutlet(eventLoop, ctx.alloc(), MessageEncoding.IDENTITY);
        RequestInlet inlet = new RequestInlet(outlet);
        RelayedCall call = new RelayedCall(
                new RelayedCall.Surroundings(
                        config.times(),
                        config.limits().requestBytes(),
                        NanoClock.system(),
                        Timers.on(eventLoop),
                        counters.relayed()),
                eventLoop,
                upstream.relay(monitor, RelayedMethod.named(method), options),
                outlet,
                inlet,
                received);
        outlet.carries(call);
        inlet.carries(call);
        try {
            call.start(relayedMetadata(request.headers()));
        } catch (IllegalArgumentException noMetadata) {
            calls.relayedLeft(monitor.id());
            return refuse(wrong(noMetadata));
        }
        OpenCalls.Ticket ticket = calls.enter(connection, new OpenCalls.OpenCall() {
            @Override
            public void drain(GrpcStatus why) {
                shutDown(why); // what its last message would be is not ours to know
            }

            @Override
            public void shutDown(GrpcStatus why) {
                eventLoop.execute(() -> call.shutDown(why));
            }
        });
        var unused = ctx.log().whenComplete().thenRun(() -> {
            ticket.leave();
            calls.relayedLeft(monitor.id());
        });
        request.subscribe(inlet, eventLoop, SubscriptionOption.WITH_POOLED_OBJECTS);
        return HttpResponse.of(outlet);
    }

    private List<HeaderField> relayedMetadata(RequestHeaders headers) {
        List<HeaderField> fields = new ArrayList<>();
        for (String name : config.relayedMetadata()) {
            headers.getAll(name).forEach(value -> fields.add(new HeaderField(name, value)));
        }
        return fields;
    }

    private static Admission.Refused wrong(IllegalArgumentException metadata) {
        return new Admission.Refused(
                Refusal.METADATA, GrpcStatus.Code.INVALID_ARGUMENT.with(String.valueOf(metadata.getMessage())));
    }

    private HttpResponse admitted(
            ServiceRequestContext ctx, HttpRequest request, BiFunction<Monitor, MessageEncoding, HttpResponse> then) {
        Optional<Admission.Refused> closed = calls.closed();
        if (closed.isPresent()) {
            return refuse(closed.get());
        }
        return switch (doorkeeper.admit(
                request.headers()::get, ctx.remoteAddress().getAddress())) {
            case Admission.Refused refused -> refuse(refused);
            case Admission.Granted(Monitor monitor) ->
                unpacked(request, (given, encoding) -> then.apply(monitor, encoding));
        };
    }

    private HttpResponse unpacked(HttpRequest request, BiFunction<HttpRequest, MessageEncoding, HttpResponse> then) {
        String name = request.headers().get("grpc-encoding");
        MessageEncoding encoding = MessageEncoding.named(name);
        if (encoding == null) {
            return refuse(new Admission.Refused(
                    Refusal.ENCODING,
                    GrpcStatus.Code.UNIMPLEMENTED.with(
                            "Content is compressed with `" + name + "` which isn't supported")));
        }
        return then.apply(request, encoding);
    }

    private HttpResponse subscribe(
            ServiceRequestContext ctx, HttpRequest request, Monitor monitor, MessageEncoding received) {
        Channel connection = Objects.requireNonNull(ctx.log().partial().channel(), "channel");
        Optional<Admission.Refused> tooMany = calls.full(connection);
        if (tooMany.isPresent()) {
            return refuse(tooMany.get());
        }
        MessageEncoding sent = config.compressesUpdates()
                ? MessageEncoding.chosenFrom(request.headers().get("grpc-accept-encoding"))
                : MessageEncoding.IDENTITY;
        EventLoop eventLoop = ctx.eventLoop().withoutContext();
        ResponseOutlet outlet = new ResponseOutlet(eventLoop, ctx.alloc(), sent);
        RequestInlet inlet = new RequestInlet(outlet);
        Wakeup wakeup = new Wakeup(eventLoop);
        Feed feed = upstream.subscribe(monitor, wakeup);
        GrpcStatus full = feed.ended();
        if (full != null) {
            feed.close();
            return refuse(new Admission.Refused(Refusal.POOL, full));
        }
        SubscribeCall call =
                new SubscribeCall(surroundings(eventLoop), eventLoop, feed, wakeup, outlet, inlet, received, sent);
        outlet.carries(call);
        inlet.carries(call);
        OpenCalls.Ticket ticket = calls.enter(connection, new OpenCalls.OpenCall() {
            @Override
            public void drain(GrpcStatus why) {
                eventLoop.execute(() -> call.drain(why));
            }

            @Override
            public void shutDown(GrpcStatus why) {
                eventLoop.execute(() -> call.shutDown(why));
            }
        });
        var unused = ctx.log().whenComplete().thenRun(ticket::leave);
        outlet.begin(List.of());
        call.start();
        request.subscribe(inlet, eventLoop, SubscriptionOption.WITH_POOLED_OBJECTS);
        return HttpResponse.of(outlet);
    }

    private SubscribeCall.Surroundings surroundings(EventLoop eventLoop) {
        return new SubscribeCall.Surroundings(
                config.times(),
                config.limits().requestBytes(),
                NanoClock.system(),
                Timers.on(eventLoop),
                InstantSource.system(),
                checker,
                counters.streams());
    }

    private HttpResponse ping(ServiceRequestContext ctx, HttpRequest request, MessageEncoding encoding) {
        counters.unaryCall();
        return HttpResponse.of(messageOf(ctx, request, encoding).message().handle((message, failure) -> {
            if (message == null) {
                return rejected(failure);
            }
            try {
                int count = PingRequest.parseFrom(message).getCount();
                return GrpcReplies.unary(
                        PongResponse.newBuilder().setCount(count).build().toByteArray());
            } catch (InvalidProtocolBufferException e) {
                return GrpcReplies.refusal(
                        GrpcStatus.Code.INVALID_ARGUMENT.with("the message is no PingRequest: " + e.getMessage()));
            }
        }));
    }

    private HttpResponse forward(
            ServiceRequestContext ctx, HttpRequest request, MessageEncoding encoding, String method) {
        counters.unaryCall();
        return HttpResponse.of(messageOf(ctx, request, encoding)
                .message()
                .thenCompose(message -> upstream.unary(SERVICE + "/" + method, ByteString.copyFrom(message)))
                .handle((reply, failure) -> reply == null ? rejected(failure) : answer(reply)));
    }

    private static HttpResponse answer(UnaryReply reply) {
        return switch (reply) {
            case UnaryReply.Answered(ByteString message) -> GrpcReplies.unary(message.toByteArray());
            case UnaryReply.Failed(GrpcStatus status) -> GrpcReplies.refusal(status);
        };
    }

    static UnaryRequest messageOf(ServiceRequestContext ctx, HttpRequest request, MessageEncoding encoding) {
        UnaryRequest unary = new UnaryRequest(encoding);
        request.subscribe(unary, ctx.eventLoop().withoutContext());
        return unary;
    }

    /** The answer to a request that cannot be read; to a client that is gone it does not matter. */
    static HttpResponse rejected(@Nullable Throwable failure) {
        Throwable cause = failure != null && failure.getCause() != null ? failure.getCause() : failure;
        GrpcStatus status = cause instanceof UnaryRequest.Rejected rejected
                ? rejected.status()
                : GrpcStatus.Code.CANCELLED.with("the request did not arrive whole");
        return GrpcReplies.refusal(status);
    }

    private HttpResponse refuse(Admission.Refused refused) {
        counters.refused(refused.cause());
        return GrpcReplies.refusal(refused.status());
    }
}
