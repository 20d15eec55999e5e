package io.firehole.gateway;

import io.firehole.gateway.OpenCalls.Ticket;
import io.firehole.pool.time.NanoClock;
import io.firehole.pool.time.Timers;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The orderly end of a gateway. {@link #begin} and {@link #hurry} from any thread, the rest on the timers' thread.
 *
 * <p>At once: health says NOT_SERVING, no connection and no call is taken, and connections without streams are told to go. Then
 * the streams end one after the other, evenly over the period, so that those who come back do not come together. Before
 * the first stream of a connection ends, its client is told by GOAWAY to make no more calls on it: it would be refused there,
 * and finds whoever listens at the port now by a new connection. What is open when the period is over ends at once.
 */
final class Drain {

    /** No more often are streams ended; several at a time if there are many. */
    private static final long STEP_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(10);

    private final OpenCalls calls;
    private final HealthCalls health;
    private final ConnectionGate connections;
    private final Duration period;
    private final Duration farewell;
    private final NanoClock clock;
    private final Timers timers;

    private final AtomicBoolean begun = new AtomicBoolean();
    private final AtomicBoolean hurried = new AtomicBoolean();
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private final Set<Channel> toldToGo = new HashSet<>();

    private volatile long beganNanos;

    /** Written once, before the first step. */
    private List<Ticket> streams = List.of();

    private int ended;

    /** @param farewell how long clients may take for their status when the period is over */
    Drain(
            OpenCalls calls,
            HealthCalls health,
            ConnectionGate connections,
            Duration period,
            Duration farewell,
            NanoClock clock,
            Timers timers) {
        this.calls = calls;
        this.health = health;
        this.connections = connections;
        this.period = period;
        this.farewell = farewell;
        this.clock = clock;
        this.timers = timers;
    }

    /** Begins, unless it has begun. The future is done when no stream is open any more, or the time is over. */
    CompletableFuture<Void> begin() {
        if (begun.compareAndSet(false, true)) {
            beganNanos = clock.nanos();
            health.drain();
            connections.shut();
            streams = calls.refuseMore();
            connections.channels().stream()
                    .filter(channel -> !OpenCalls.isUsed(channel))
                    .forEach(Drain::sayGoAway);
            var unused = CompletableFuture.allOf(
                            streams.stream().map(Ticket::left).toArray(CompletableFuture[]::new))
                    .thenRun(() -> done.complete(null));
            timers.after(0, this::step);
            timers.after(period.toNanos(), this::hurry);
        }
        return done;
    }

    /** Begins, if it has not, and ends at once what is open. */
    void hurry() {
        var unusedBegun = begin();
        if (hurried.compareAndSet(false, true)) {
            var unused = calls.endAll()
                    .completeOnTimeout(null, farewell.toNanos(), TimeUnit.NANOSECONDS)
                    .thenRun(() -> done.complete(null));
        }
    }

    /** Whether it has begun and nothing is waited for any more. */
    boolean isOver() {
        return done.isDone();
    }

    boolean hasBegun() {
        return begun.get();
    }

    /** Until everything has ended, at most. */
    Duration left() {
        return begun.get() ? Duration.ofNanos(Math.max(0, beganNanos + period.toNanos() - clock.nanos())) : period;
    }

    private void step() {
        long passedNanos = clock.nanos() - beganNanos;
        double share = Math.min(1, (double) passedNanos / period.toNanos());
        int due = streams.isEmpty() ? 0 : Math.min(streams.size(), (int) (share * streams.size()) + 1);
        while (ended < due) {
            Ticket next = streams.get(ended++);
            if (toldToGo.add(next.connection())) {
                sayGoAway(next.connection());
            }
            next.drain();
        }
        if (ended < streams.size() && !hurried.get()) {
            timers.after(Math.max(STEP_NANOS_MIN, period.toNanos() / streams.size()), this::step);
        }
    }

    /** Armeria's way to say GOAWAY: the connection closes when its last stream has ended. */
    private static void sayGoAway(Channel connection) {
        var unused = connection.close();
    }
}
