package io.firehole.gateway;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.framing.MessageEncoding;
import io.firehole.wire.framing.MessageHeader;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The standard health service, {@code grpc.health.v1}, for the gateway itself. Open to callers without a token, as at the
 * reference server. Any thread.
 */
final class HealthCalls {

    static final String SERVICE = "grpc.health.v1.Health";

    /** Watches open at once; one more is refused. They need no token, so they are few. */
    static final int WATCHES_MAX = 1_000;

    private static final Set<String> KNOWN = Set.of("", GeyserService.SERVICE);

    /** {@code HealthCheckResponse} with status SERVING and NOT_SERVING. */
    private static final byte[] SERVING = {0x08, 1};

    private static final byte[] NOT_SERVING = {0x08, 2};

    private final Set<HttpResponseWriter> watches = ConcurrentHashMap.newKeySet();
    private volatile boolean draining;
    private volatile boolean closing;

    HttpResponse serve(ServiceRequestContext ctx, HttpRequest request, MessageEncoding encoding, String method) {
        boolean watch = method.equals("Watch");
        if (!watch && !method.equals("Check")) {
            return GrpcReplies.refusal(GrpcStatus.Code.UNIMPLEMENTED.with(
                    "method /" + SERVICE + "/" + method + " is not served by this gateway"));
        }
        return HttpResponse.of(GeyserService.messageOf(ctx, request, encoding)
                .message()
                .handle((message, failure) ->
                        message == null ? GeyserService.rejected(failure) : answer(message, watch)));
    }

    private HttpResponse answer(byte[] request, boolean watch) {
        try {
            if (!KNOWN.contains(serviceIn(request))) {
                return GrpcReplies.refusal(GrpcStatus.Code.NOT_FOUND.with("service not registered"));
            }
        } catch (IOException e) {
            return GrpcReplies.refusal(
                    GrpcStatus.Code.INVALID_ARGUMENT.with("the message is no HealthCheckRequest: " + e.getMessage()));
        }
        return watch ? watch() : GrpcReplies.unary(draining ? NOT_SERVING : SERVING);
    }

    private HttpResponse watch() {
        if (watches.size() >= WATCHES_MAX) {
            return GrpcReplies.refusal(GrpcStatus.Code.RESOURCE_EXHAUSTED.with(
                    "this gateway takes " + WATCHES_MAX + " health watches, try again later"));
        }
        HttpResponseWriter response = HttpResponse.streaming();
        boolean serving = !draining;
        response.write(GrpcReplies.headers(MessageEncoding.IDENTITY));
        response.write(HttpData.wrap(MessageHeader.frame(serving ? SERVING : NOT_SERVING)));
        watches.add(response); // now that nothing can come before its headers
        var unused = response.whenComplete().whenComplete((nothing, failure) -> watches.remove(response));
        if (serving && draining) {
            tell(response);
        }
        if (closing) {
            end(response);
        }
        return response;
    }

    /** From now on nothing new is served: tells all who watch, and whoever asks. */
    void drain() {
        if (!draining) {
            draining = true;
            watches.forEach(HealthCalls::tell);
        }
    }

    private static boolean tell(HttpResponseWriter watch) {
        return watch.tryWrite(HttpData.wrap(MessageHeader.frame(NOT_SERVING)));
    }

    /** The same, and ends the calls of all who watch. */
    void close() {
        drain();
        closing = true;
        watches.forEach(HealthCalls::end);
    }

    private static void end(HttpResponseWriter watch) {
        if (watch.tryWrite(
                GrpcReplies.trailers(GrpcStatus.Code.UNAVAILABLE.with("server is shutting down try again later")))) {
            watch.close();
        }
    }

    /** Field 1 of {@code HealthCheckRequest}, the service's name. */
    private static String serviceIn(byte[] request) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(request);
        String service = "";
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag == WireFormat.FieldType.STRING.getWireType() + (1 << 3)) {
                service = in.readStringRequireUtf8();
            } else {
                in.skipField(tag);
            }
        }
        return service;
    }
}
