package io.firehole.console.http;

import com.linecorp.armeria.common.Cookie;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.firehole.console.access.Access;
import io.firehole.console.access.Caller;
import io.firehole.console.access.Role;
import java.net.InetAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether a request may come in: by the name it calls, the page it comes from, and who makes it. Event loops. */
public final class Gate {

    /** What every POST must carry; any value will do. */
    static final String ORDER_HEADER = "x-firehole-order";

    private static final String BEARER = "Bearer ";

    private final OwnNames names;
    private final Access access;

    public Gate(OwnNames names, Access access) {
        this.names = names;
        this.access = access;
    }

    /** Whether it comes in. */
    public sealed interface Passage {
        /**
         * It does; that is who makes it.
         *
         * @param byToken whether the request shows a token
         */
        record Open(Caller caller, boolean byToken) implements Passage {}

        /** It does not. */
        record Closed(Reply reply) implements Passage {}
    }

    /** What to answer a request that calls a foreign name or comes from a foreign page; empty if it does neither. */
    Optional<Reply> foreign(HttpRequest request) {
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

    /** Lets those in who have that role. */
    public Passage pass(ServiceRequestContext context, HttpRequest request, Role needed) {
        Optional<Reply> foreign = foreign(request);
        return foreign.isPresent() ? new Passage.Closed(foreign.get()) : enter(context, request, needed);
    }

    /** The same for a request that is not foreign. */
    Passage enter(ServiceRequestContext context, HttpRequest request, Role needed) {
        InetAddress from = context.remoteAddress().getAddress();
        return switch (access.identify(token(request), session(request), from)) {
            case Access.Answer.Known known
            when known.caller().role().covers(needed) -> new Passage.Open(known.caller(), known.byToken());
            case Access.Answer.Known known
            when known.caller().role() == Role.NONE ->
                new Passage.Closed(unauthorized("log in, or send a token as \"Authorization: Bearer TOKEN\""));
            case Access.Answer.Known known ->
                new Passage.Closed(Reply.problem(
                        HttpStatus.FORBIDDEN,
                        "this needs the role " + needed.word() + "; the token has "
                                + known.caller().role().word()));
            case Access.Answer.Wrong wrong ->
                new Passage.Closed(unauthorized("the token is none of those in console.tokens-file"));
            case Access.Answer.Slowed slowed -> {
                long seconds = slowed.left().plusMillis(999).toSeconds();
                yield new Passage.Closed(Reply.problem(
                                HttpStatus.TOO_MANY_REQUESTS, "too many wrong tokens; ask again in " + seconds + " s")
                        .with(HttpHeaderNames.RETRY_AFTER, String.valueOf(seconds)));
            }
        };
    }

    private static Reply unauthorized(String detail) {
        return Reply.problem(HttpStatus.UNAUTHORIZED, detail).with(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
    }

    /**
     * Whoever gives orders is no page of a browser by accident: such a header cannot be sent by a form, and by a script of
     * another page only with a permission that is never given. Where nobody shows who they are, they are on this machine.
     */
    Optional<Reply> orderRefusal(ServiceRequestContext context, HttpRequest request) {
        if (!access.asksForTokens() && !context.remoteAddress().getAddress().isLoopbackAddress()) {
            return Optional.of(Reply.problem(
                    HttpStatus.FORBIDDEN,
                    "orders are taken from this machine only, by loopback: the console has no tokens"));
        }
        if (!request.headers().contains(ORDER_HEADER)) {
            return Optional.of(Reply.problem(
                    HttpStatus.FORBIDDEN,
                    "a POST must carry the header " + ORDER_HEADER + ": 1, so that no form can send it"));
        }
        return Optional.empty();
    }

    private static @Nullable String token(HttpRequest request) {
        String header = request.headers().get(HttpHeaderNames.AUTHORIZATION);
        return header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? header.substring(BEARER.length()).strip()
                : null;
    }

    private static @Nullable String session(HttpRequest request) {
        for (Cookie cookie : request.headers().cookies()) {
            if (cookie.name().equals(Access.COOKIE)) {
                return cookie.value();
            }
        }
        return null;
    }
}
