package io.firehole.cli.serve;

import io.firehole.console.api.Drainable;
import io.firehole.gateway.Gateway;
import java.util.concurrent.CompletableFuture;

/** The orderly end of a gateway as a signal and the console bring it about. Any thread. */
final class Ending implements Drainable {

    private final Gateway gateway;
    private final CompletableFuture<Void> begun = new CompletableFuture<>();

    Ending(Gateway gateway) {
        this.gateway = gateway;
    }

    /** Begins, unless it has begun. The future is done when no stream is open any more. */
    CompletableFuture<Void> begin() {
        CompletableFuture<Void> drained = gateway.drain();
        begun.complete(null);
        return drained;
    }

    /** Done when it has begun. */
    CompletableFuture<Void> begun() {
        return begun.copy();
    }

    @Override
    public void drain(boolean now) {
        var unused = begin();
        if (now) {
            gateway.hurry();
        }
    }

    @Override
    public State state() {
        Gateway.Draining draining = gateway.draining();
        return new State(draining.begun(), draining.streams(), draining.left());
    }
}
