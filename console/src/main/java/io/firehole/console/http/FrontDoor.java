package io.firehole.console.http;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.firehole.console.access.Role;
import io.firehole.filters.NearestName;
import io.netty.util.AsciiString;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What every request passes, whatever its path. Event loops; the resources behind it are asked elsewhere. */
public final class FrontDoor implements HttpService {

    private static final Logger log = LoggerFactory.getLogger(FrontDoor.class);

    /** Questions under way at once. */
    public static final int REQUESTS_MAX = 64;

    /** The headers that a resource may look at. */
    private static final List<AsciiString> HEADERS =
            List.of(HttpHeaderNames.IF_NONE_MATCH, HttpHeaderNames.ACCEPT_ENCODING, HttpHeaderNames.COOKIE);

    private final Gate gate;
    private final Routes routes;
    private final Executor threads;
    private final Semaphore room = new Semaphore(REQUESTS_MAX);

    /** @param threads where resources are asked; they may wait there */
    public FrontDoor(Gate gate, Routes routes, Executor threads) {
        this.gate = gate;
        this.routes = routes;
        this.threads = threads;
    }

    @Override
    public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
        Optional<Reply> foreign = gate.foreign(request);
        if (foreign.isPresent()) {
            return foreign.get().response();
        }
        Optional<Routes.Found> found = routes.find(context.path());
        if (found.isEmpty()) {
            return Reply.problem(HttpStatus.NOT_FOUND, "there is no such path; there are " + routes.shown())
                    .response();
        }
        Route route = found.get().route();
        boolean order = request.method() == HttpMethod.POST;
        boolean action = route.takesOrders();
        Role needed = order && action ? route.post() : route.get();
        return switch (gate.enter(context, request, needed)) {
            case Gate.Passage.Closed closed -> closed.reply().response(action);
            case Gate.Passage.Open open -> admitted(context, request, found.get(), open);
        };
    }

    private HttpResponse admitted(
            ServiceRequestContext context, HttpRequest request, Routes.Found found, Gate.Passage.Open open) {
        boolean order = request.method() == HttpMethod.POST;
        boolean action = found.route().takesOrders();
        if (order ? !action : request.method() != HttpMethod.GET && request.method() != HttpMethod.HEAD) {
            return Reply.problem(
                            HttpStatus.METHOD_NOT_ALLOWED,
                            action ? "this path takes GET, HEAD and POST" : "this path takes GET and HEAD")
                    .response(action);
        }
        if (order) {
            Optional<Reply> refusal = gate.orderRefusal(context, request);
            if (refusal.isPresent()) {
                return refusal.get().response(true);
            }
        }
        CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
        var unused = request.aggregate()
                .whenComplete((whole, broken) -> answer.complete(
                        whole == null
                                ? Reply.problem(HttpStatus.BAD_REQUEST, "the request did not come whole")
                                        .response(action)
                                : whenWhole(context, whole, found, open)));
        return HttpResponse.of(answer);
    }

    /** Only who has said everything takes room, so that nobody takes it by saying it slowly. */
    private HttpResponse whenWhole(
            ServiceRequestContext context, AggregatedHttpRequest request, Routes.Found found, Gate.Passage.Open open) {
        if (!room.tryAcquire()) {
            return Reply.problem(
                            HttpStatus.SERVICE_UNAVAILABLE, REQUESTS_MAX + " questions are under way, ask again soon")
                    .response();
        }
        CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
        try {
            threads.execute(() -> {
                try {
                    answer.complete(ask(found, context, request, open)
                            .packedFor(request.headers().get(HttpHeaderNames.ACCEPT_ENCODING, ""))
                            .response(found.route().takesOrders()));
                } finally {
                    room.release();
                }
            });
        } catch (RejectedExecutionException closing) {
            room.release();
            return Reply.problem(HttpStatus.SERVICE_UNAVAILABLE, "the console is closing")
                    .response();
        }
        return HttpResponse.of(answer);
    }

    private static Reply ask(
            Routes.Found found, ServiceRequestContext context, AggregatedHttpRequest request, Gate.Passage.Open open) {
        boolean order = request.method() == HttpMethod.POST;
        Resource resource = found.route().resource();
        try {
            Set<String> taken = order && resource instanceof Action action ? action.orders() : resource.parameters();
            Map<String, String> parameters = new HashMap<>();
            for (Map.Entry<String, String> parameter : context.queryParams()) {
                String name = parameter.getKey();
                if (!taken.contains(name)) {
                    throw new BadQueryException(unknown(name, taken));
                }
                if (parameters.put(name, parameter.getValue()) != null) {
                    throw new BadQueryException("parameter " + name + " is there twice");
                }
            }
            Map<String, String> headers = new HashMap<>();
            for (AsciiString name : HEADERS) {
                String value = request.headers().get(name);
                if (value != null) {
                    headers.put(name.toString(), value);
                }
            }
            Query query =
                    new Query(found.parts(), parameters, headers, request.contentUtf8(), open.caller(), open.byToken());
            return order && resource instanceof Action action ? action.post(query) : resource.get(query);
        } catch (BadQueryException bad) {
            return Reply.problem(HttpStatus.BAD_REQUEST, String.valueOf(bad.getMessage()));
        } catch (RuntimeException | Error broken) {
            log.error("A question could not be answered", broken);
            return Reply.problem(HttpStatus.INTERNAL_SERVER_ERROR, "the console failed; its log says why");
        }
    }

    private static String unknown(String name, Set<String> taken) {
        List<String> known = taken.stream().sorted().toList();
        return "unknown parameter \"" + Reply.shortened(name) + "\""
                + NearestName.to(Reply.shortened(name), known)
                        .map(nearest -> "; did you mean " + nearest + "?")
                        .orElse(known.isEmpty() ? "; there are none here" : "; there are " + String.join(", ", known));
    }
}
