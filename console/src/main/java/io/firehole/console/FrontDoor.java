package io.firehole.console;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.QueryParams;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.firehole.filters.NearestName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What every request passes, whatever its path. Event loops; the resources behind it are asked elsewhere. */
final class FrontDoor implements HttpService {

    private static final Logger log = LoggerFactory.getLogger(FrontDoor.class);

    /** Questions under way at once. */
    static final int REQUESTS_MAX = 64;

    /** What every POST must carry; any value will do. */
    static final String ORDER_HEADER = "x-firehole-order";

    private final OwnNames names;
    private final Routes routes;
    private final Executor threads;
    private final Semaphore room = new Semaphore(REQUESTS_MAX);

    /** @param threads where resources are asked; they may wait there */
    FrontDoor(OwnNames names, Routes routes, Executor threads) {
        this.names = names;
        this.routes = routes;
        this.threads = threads;
    }

    @Override
    public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
        Optional<Reply> refusal = refusal(request);
        if (refusal.isPresent()) {
            return refusal.get().response();
        }
        Optional<Routes.Found> found = routes.find(context.path());
        if (found.isEmpty()) {
            return Reply.problem(HttpStatus.NOT_FOUND, "there is no such path; there are " + routes.shown())
                    .response();
        }
        boolean order = request.method() == HttpMethod.POST;
        boolean action = found.get().resource() instanceof Action;
        if (order ? !action : request.method() != HttpMethod.GET && request.method() != HttpMethod.HEAD) {
            return Reply.problem(
                            HttpStatus.METHOD_NOT_ALLOWED,
                            action ? "this path takes GET, HEAD and POST" : "this path takes GET and HEAD")
                    .response(action);
        }
        if (order) {
            refusal = orderRefusal(context, request);
            if (refusal.isPresent()) {
                return refusal.get().response(true);
            }
        }
        if (!room.tryAcquire()) {
            return Reply.problem(
                            HttpStatus.SERVICE_UNAVAILABLE, REQUESTS_MAX + " questions are under way, ask again soon")
                    .response();
        }
        CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
        threads.execute(() -> {
            try {
                answer.complete(ask(found.get(), order, context.queryParams()).response(action));
            } finally {
                room.release();
            }
        });
        return HttpResponse.of(answer);
    }

    private Optional<Reply> refusal(HttpRequest request) {
        String authority = Optional.ofNullable(request.authority()).orElse("");
        if (!names.isOwnHost(authority)) {
            return Optional.of(Reply.problem(
                    HttpStatus.FORBIDDEN,
                    "Host \"" + Reply.shortened(authority) + "\" is none of this console's names; call it by"
                            + " localhost or by the address in console.listen"));
        }
        for (String origin : request.headers().getAll(HttpHeaderNames.ORIGIN)) {
            if (!names.isOwnOrigin(origin, authority)) {
                return Optional.of(Reply.problem(
                        HttpStatus.FORBIDDEN,
                        "Origin \"" + Reply.shortened(origin) + "\" is not this console's; pages of others may not"
                                + " ask it"));
            }
        }
        return Optional.empty();
    }

    /**
     * Whoever gives orders is on this machine, and is no page of a browser by accident: such a header cannot be sent by a form, and
     * by a script of another page only with a permission that is never given.
     */
    private static Optional<Reply> orderRefusal(ServiceRequestContext context, HttpRequest request) {
        if (!context.remoteAddress().getAddress().isLoopbackAddress()) {
            return Optional.of(Reply.problem(
                    HttpStatus.FORBIDDEN,
                    "orders are taken from this machine only, by loopback: the console has no login"));
        }
        if (!request.headers().contains(ORDER_HEADER)) {
            return Optional.of(Reply.problem(
                    HttpStatus.FORBIDDEN,
                    "a POST must carry the header " + ORDER_HEADER + ": 1, so that no form can send it"));
        }
        return Optional.empty();
    }

    private static Reply ask(Routes.Found found, boolean order, QueryParams given) {
        Resource resource = found.resource();
        try {
            Set<String> taken = order && resource instanceof Action action ? action.orders() : resource.parameters();
            Map<String, String> parameters = new HashMap<>();
            for (Map.Entry<String, String> parameter : given) {
                String name = parameter.getKey();
                if (!taken.contains(name)) {
                    throw new BadQueryException(unknown(name, taken));
                }
                if (parameters.put(name, parameter.getValue()) != null) {
                    throw new BadQueryException("parameter " + name + " is there twice");
                }
            }
            Query query = new Query(found.parts(), parameters);
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
