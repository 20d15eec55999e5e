package io.firehole.console.api;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpStatus;
import io.firehole.console.access.Access;
import io.firehole.console.access.Role;
import io.firehole.console.http.Action;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import java.util.Set;

/**
 * Logins of browsers: a POST with a token in its {@code Authorization} header begins a session, whose secret the browser keeps in a cookie that no
 * script can read. A POST to the other path ends it.
 */
public final class LoginResource implements Action {

    private final Access access;
    private final boolean out;

    private LoginResource(Access access, boolean out) {
        this.access = access;
        this.out = out;
    }

    /** The path that begins sessions. */
    public static LoginResource in(Access access) {
        return new LoginResource(access, false);
    }

    /** The path that ends them. */
    public static LoginResource out(Access access) {
        return new LoginResource(access, true);
    }

    @Override
    public Set<String> parameters() {
        return Set.of();
    }

    @Override
    public Set<String> orders() {
        return Set.of();
    }

    @Override
    public Reply get(Query query) {
        return new SessionResource(access).get(query);
    }

    @Override
    public Reply post(Query query) {
        if (!access.asksForTokens()) {
            return Reply.problem(
                    HttpStatus.CONFLICT, "nobody need log in: the console has no tokens, see console.tokens-file");
        }
        if (out) {
            end(query);
            return Reply.data(Reply.JSON.objectNode().put("role", Role.NONE.word()))
                    .with(HttpHeaderNames.SET_COOKIE, cookie("", 0));
        }
        if (!query.byToken()) {
            // A session must not beget another one, or it would last for ever.
            return Reply.problem(HttpStatus.UNAUTHORIZED, "a login takes a token, as \"Authorization: Bearer TOKEN\"")
                    .with(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
        }
        String secret = access.begin(query.caller());
        return new SessionResource(access)
                .get(query)
                .with(
                        HttpHeaderNames.SET_COOKIE,
                        cookie(secret, Access.lifetime().toSeconds()));
    }

    private void end(Query query) {
        String cookies = query.headers().getOrDefault("cookie", "");
        for (String cookie : cookies.split(";", -1)) {
            String[] named = cookie.strip().split("=", 2);
            if (named.length == 2 && named[0].equals(Access.COOKIE)) {
                access.end(named[1]);
            }
        }
    }

    private static String cookie(String secret, long seconds) {
        return Access.COOKIE + "=" + secret + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + seconds;
    }
}
