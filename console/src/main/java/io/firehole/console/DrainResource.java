package io.firehole.console;

import java.util.Set;

/** The orderly end of the program: how far it is, and its beginning. */
final class DrainResource implements Action {

    private final Drainable program;

    DrainResource(Drainable program) {
        this.program = program;
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
        program.drain(query.flag("now"));
        return get(query);
    }
}
