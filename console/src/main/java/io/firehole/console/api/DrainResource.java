package io.firehole.console.api;

import io.firehole.console.http.Action;
import io.firehole.console.http.BadQueryException;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.live.PoolView;
import java.util.Set;

/** The orderly end of the program: how far it is, and its beginning. */
public final class DrainResource implements Action {

    private final Drainable program;
    private final PoolView pool;

    public DrainResource(Drainable program, PoolView pool) {
        this.program = program;
        this.pool = pool;
    }

    @Override
    public Set<String> parameters() {
        return Set.of();
    }

    @Override
    public Reply get(Query query) {
        Drainable.State state = program.state();
        return Reply.data(Reply.JSON
                .objectNode()
                .put("draining", state.begun())
                .put("streams", state.streams())
                .put("leftMillis", state.left().toMillis()));
    }

    @Override
    public Set<String> orders() {
        return Set.of("now");
    }

    @Override
    public Reply post(Query query) throws BadQueryException {
        boolean now = query.flag("now");
        pool.note(
                "order",
                "",
                query.caller().name() + " had the program " + (now ? "end at once" : "drain") + ", with "
                        + program.state().streams() + " streams open");
        program.drain(now);
        return get(query);
    }
}
