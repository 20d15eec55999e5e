package io.firehole.gateway.stream;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Turns any number of calls from any thread into one task on the event loop.
 *
 * <p>While the event loop is busy, updates gather in the mailbox and the task that comes then packs them all: this is what
 * makes many messages share one write.
 */
public final class Wakeup implements Runnable {

    private final Executor eventLoop;
    private final AtomicBoolean due = new AtomicBoolean();

    /** Written once, before the first task can run: it is set on the event loop. */
    private Runnable turn = () -> {};

    public Wakeup(Executor eventLoop) {
        this.eventLoop = eventLoop;
    }

    /** What to do on the event loop. Event loop only. */
    void wakes(Runnable turn) {
        this.turn = turn;
    }

    /** Asks for a turn, unless one is due already. Any thread. */
    @Override
    public void run() {
        if (!due.get() && due.compareAndSet(false, true)) {
            try {
                eventLoop.execute(this::turn);
            } catch (RejectedExecutionException e) {
                // The event loop has shut down, and the client's connection with it: nobody is left to write to.
            }
        }
    }

    private void turn() {
        due.set(false); // before the turn looks: what arrives after its look asks for another one
        turn.run();
    }
}
