package io.firehole.console.api;

import io.firehole.console.access.Access;
import io.firehole.console.access.Role;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import java.util.Set;

/** Who asks, and what they may do. */
public final class SessionResource implements Resource {

    private final Access access;

    public SessionResource(Access access) {
        this.access = access;
    }

    @Override
    public Set<String> parameters() {
        return Set.of();
    }

    @Override
    public Reply get(Query query) {
        Role role = query.caller().role();
        return Reply.data(Reply.JSON
                .objectNode()
                .put("name", query.caller().name())
                .put("role", role.word())
                .put("tokens", access.asksForTokens())
                .put("loginNeeded", role == Role.NONE));
    }
}
