package io.firehole.console;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.SimpleDecoratingHttpService;
import io.firehole.console.access.Role;
import io.firehole.console.http.Gate;
import io.firehole.console.http.Reply;
import io.firehole.console.live.LiveEncoding;
import io.firehole.console.live.LiveSockets;

/** Stands before the WebSocket as the front door stands before the rest. Event loops. */
final class LiveDoor extends SimpleDecoratingHttpService {

    private final Gate gate;

    LiveDoor(HttpService sockets, Gate gate) {
        super(sockets);
        this.gate = gate;
    }

    @Override
    public HttpResponse serve(ServiceRequestContext context, HttpRequest request) throws Exception {
        return switch (gate.pass(context, request, Role.VIEWER)) {
            case Gate.Passage.Closed closed -> closed.reply().response();
            case Gate.Passage.Open open -> admitted(context, request);
        };
    }

    private HttpResponse admitted(ServiceRequestContext context, HttpRequest request) throws Exception {
        String encoding = context.queryParam(LiveSockets.ENCODING);
        if (LiveEncoding.named(encoding).isEmpty()) {
            return Reply.problem(
                            HttpStatus.BAD_REQUEST,
                            LiveSockets.ENCODING + " must be gzip or left out, was \""
                                    + Reply.shortened(String.valueOf(encoding)) + '"')
                    .response();
        }
        return unwrap().serve(context, withOrigin(request));
    }

    /** Programs send no origin, which is fine and which the gate has let pass; what is behind wants one. */
    private static HttpRequest withOrigin(HttpRequest request) {
        return request.headers().contains(HttpHeaderNames.ORIGIN)
                ? request
                : request.withHeaders(request.headers().toBuilder()
                        .set(HttpHeaderNames.ORIGIN, request.scheme() + "://" + request.authority()));
    }
}
