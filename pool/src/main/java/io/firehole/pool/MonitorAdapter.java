package io.firehole.pool;

import io.firehole.pool.time.NanoClock;
import io.firehole.pool.time.Timers;
import io.firehole.pool.time.Timers.Timer;
import io.grpc.Channel;
import io.grpc.Context;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A base for a monitor in Java: says what the monitor does with a channel to the provider, and has it done again and again.
 *
 * <pre>
 *   New ── start ──▶ Running ── run has returned or thrown ──▶ Resting
 *                       ▲                                         │ its time is over
 *                       └─────────────────────────────────────────┘
 *   any of them ── stop ──▶ Stopped, at once and for good
 * </pre>
 *
 * <p>{@link #run} is called on a virtual thread and may block. However it ends, it is called again after a rest: about
 * {@link #REST_FIRST}, twice as long after each further end, never more than {@link #REST_MAX}. Between half of that and all of it
 * is left to chance, so that monitors which failed together do not come back together. A run of {@link #HEALTHY} begins
 * the count anew; a handshake alone does not.
 *
 * <p>{@link #stop} ends a rest at once, and a run by cancelling every call made in it (each run has a {@link Context} of its
 * own) and interrupting its thread; the monitor's connection is {@linkplain Pool#release released}. The methods may be
 * called from any thread.
 */
public abstract class MonitorAdapter implements AutoCloseable {

    /** How long it rests after the first end, at the most. */
    public static final Duration REST_FIRST = Duration.ofSeconds(1);

    /** How long it rests at the most, after however many. */
    public static final Duration REST_MAX = Duration.ofSeconds(30);

    /** After a run of that length the next end counts as the first. */
    public static final Duration HEALTHY = Duration.ofSeconds(30);

    private static final int DOUBLINGS_MAX = 16;

    private static final Logger log = LoggerFactory.getLogger(MonitorAdapter.class);

    /** What it does. */
    private sealed interface State {
        record New() implements State {}

        /** Waits for a thread, or runs on it. */
        final class Running implements State {
            private final Context.CancellableContext context = Context.ROOT.withCancellation();

            /** Guarded by the lock. */
            private @Nullable Thread thread;
        }

        record Resting(Timer end) implements State {}

        record Stopped() implements State {}
    }

    /**
     * What an adapter takes from its surroundings instead of reaching for it.
     *
     * @param clock tells how long a run lasted
     * @param timers end its rests
     * @param runs where {@link MonitorAdapter#run} is called; it may block there
     * @param random for the rests; guarded by the adapter's lock
     */
    public record Surroundings(NanoClock clock, Timers timers, Executor runs, RandomGenerator random) {

        /** The machine's clock, and virtual threads. Starts nothing yet. */
        public static Surroundings system() {
            return new Surroundings(
                    NanoClock.system(),
                    Timers.onVirtualThreads(),
                    Executors.newThreadPerTaskExecutor(
                            Thread.ofVirtual().name("firehole-monitor-", 0).factory()),
                    RandomGenerator.getDefault());
        }
    }

    private final Pool pool;
    private final Monitor monitor;
    private final Surroundings surroundings;
    private final CountDownLatch stopped = new CountDownLatch(1);

    /** Guards the fields below; held for moments, and never while foreign code runs. */
    private final ReentrantLock lock = new ReentrantLock();

    private State state = new State.New();
    private int ends;

    /** An adapter that has not begun yet. */
    protected MonitorAdapter(Pool pool, Monitor monitor) {
        this(pool, monitor, Surroundings.system());
    }

    /** The same in other surroundings, as a test wants them. */
    protected MonitorAdapter(Pool pool, Monitor monitor, Surroundings surroundings) {
        this.pool = pool;
        this.monitor = monitor;
        this.surroundings = surroundings;
    }

    /**
     * Does the monitor's work, as long as it can be done: makes calls by stubs on the channel and heeds what comes. May
     * block. Calls still open when it returns are cancelled.
     *
     * @param channel as of {@link Pool#channel}; good for this run and the next ones
     * @throws Exception for whatever keeps it from going on
     */
    protected abstract void run(Channel channel) throws Exception;

    /**
     * A run has ended and the next one begins after a rest. Called on the run's thread; logs, and may be overridden.
     *
     * @param why what it threw; null if it returned
     */
    protected void ended(@Nullable Throwable why, Duration rest) {
        log.warn(
                "Monitor {} ended{}; again in {} ms",
                monitor.id(),
                why == null ? "" : " (" + why + ")",
                rest.toMillis());
    }

    /** Whose adapter this is. */
    public final Monitor monitor() {
        return monitor;
    }

    /** Ends in a row without a healthy run between them. */
    public final int ends() {
        lock.lock();
        try {
            return ends;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Begins. Returns at once.
     *
     * @throws IllegalStateException if it has been started or stopped before
     */
    public final void start() {
        lock.lock();
        try {
            if (!(state instanceof State.New)) {
                throw new IllegalStateException("monitor " + monitor.id() + " was started or stopped before");
            }
            launch();
        } finally {
            lock.unlock();
        }
    }

    /** Ends for good; see above. Returns at once, before {@link #run} may have. Idempotent. */
    public final void stop() {
        State before;
        Thread runner = null;
        lock.lock();
        try {
            before = state;
            state = new State.Stopped();
            if (before instanceof State.Running running) {
                runner = running.thread;
                if (runner != null && !runner.equals(Thread.currentThread())) {
                    runner.interrupt();
                }
            }
        } finally {
            lock.unlock();
        }
        switch (before) {
            case State.New fresh -> stopped.countDown();
            case State.Running running -> {
                running.context.cancel(new CancellationException("monitor " + monitor.id() + " was stopped"));
                if (runner == null) {
                    stopped.countDown();
                }
            }
            case State.Resting(Timer end) -> {
                end.cancel();
                stopped.countDown();
            }
            case State.Stopped already -> {
                return;
            }
        }
        pool.release(monitor.id());
    }

    /** Waits until {@link #stop} has been called and {@link #run} has returned. */
    public final void awaitStopped() throws InterruptedException {
        stopped.await();
    }

    /** {@link #stop}. */
    @Override
    public final void close() {
        stop();
    }

    /** Holding the lock. */
    private void launch() {
        State.Running next = new State.Running();
        state = next;
        surroundings.runs().execute(() -> runOnce(next));
    }

    private void runOnce(State.Running running) {
        lock.lock();
        try {
            if (state != running) {
                return;
            }
            running.thread = Thread.currentThread();
        } finally {
            lock.unlock();
        }
        long beganNanos = surroundings.clock().nanos();
        Throwable why = null;
        try {
            running.context.call(() -> {
                run(pool.channel(monitor.id(), monitor.group()));
                return monitor;
            });
        } catch (Throwable thrown) {
            why = thrown;
        }
        running.context.cancel(null);
        over(running, why, surroundings.clock().nanos() - beganNanos);
    }

    private void over(State.Running running, @Nullable Throwable why, long ranNanos) {
        Duration rest;
        lock.lock();
        try {
            running.thread = null;
            // An interrupt by stop is meant for the run, and that is over.
            boolean unused = Thread.interrupted();
            if (state != running) {
                stopped.countDown();
                return;
            }
            if (ranNanos >= HEALTHY.toNanos()) {
                ends = 0;
            }
            rest = rest(ends++);
            state = new State.Resting(surroundings.timers().after(rest.toNanos(), this::rested));
        } finally {
            lock.unlock();
        }
        ended(why, rest);
    }

    private void rested() {
        lock.lock();
        try {
            if (state instanceof State.Resting) {
                launch();
            }
        } finally {
            lock.unlock();
        }
    }

    private Duration rest(int endsBefore) {
        long bound = Math.min(REST_MAX.toNanos(), REST_FIRST.toNanos() << Math.min(endsBefore, DOUBLINGS_MAX));
        return Duration.ofNanos(bound / 2 + surroundings.random().nextLong(bound / 2 + 1));
    }
}
