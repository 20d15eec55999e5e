package io.firehole.pool.budget;

import io.firehole.pool.time.NanoClock;
import io.firehole.pool.time.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands out permits so that the provider never counts more new connections than its rules allow, in any window.
 *
 * <p>Each rule keeps an {@link IntervalLog}; a permit is given when every rule has room for its class. Requests wait in a
 * bounded {@link PermitQueue}: urgent classes first, first come first served within a class. All grants are made on
 * the timers' thread, one after the other; the lock is held for a few comparisons, never during a callback.
 *
 * <p>The claim rests on this: every connect passes here; one permit is one attempt; an attempt begins within
 * {@link #FENCE} of its grant and is given up after {@link #ATTEMPT_DEADLINE}; nobody else uses the same allowance.
 */
public final class ConnectionBudget {

    /** An attempt that has not come through by then is given up: covers TCP, TLS and the HTTP/2 handshake. */
    public static final Duration ATTEMPT_DEADLINE = Duration.ofSeconds(10);

    /** How long packets that are on their way when an attempt is given up may still travel. */
    public static final Duration TRAVEL = Duration.ofSeconds(2);

    /**
     * Added to every window: two events a whole window apart may be counted in one, the provider's clock may run at
     * another rate (200 ppm are 12 ms in a minute), and it may count a little after it answers.
     */
    public static final Duration MARGIN = Duration.ofMillis(250);

    /** A process can be stopped between its grant and its connect: a grant older than this is not used any more. */
    public static final Duration FENCE = Duration.ofSeconds(1);

    /** Room in the queue: far more than connections ever wait at once; a caller in a loop hits it soon. */
    public static final int QUEUE_MAX = 256;

    private static final Logger log = LoggerFactory.getLogger(ConnectionBudget.class);
    private static final long UNPROVEN_NANOS = ATTEMPT_DEADLINE.plus(TRAVEL).toNanos();
    private static final long TRAVEL_NANOS = TRAVEL.toNanos();
    private static final long FENCE_NANOS = FENCE.toNanos();

    private final NanoClock clock;
    private final Timers timers;

    /** Guards everything below and every {@link Interval}. Nothing is called that could take another lock. */
    private final Object lock = new Object();

    private final List<IntervalLog> logs;
    private final PermitQueue queue;
    private final Map<ProviderRefusal, Long> refusals = new EnumMap<>(ProviderRefusal.class);
    private Timers.@Nullable Timer wake;
    private long granted;
    private long waitedNanos;
    private long queueFull;
    private long stale;

    /** A budget with a queue of {@link #QUEUE_MAX}. */
    public ConnectionBudget(List<BudgetRule> rules, NanoClock clock, Timers timers) {
        this(rules, QUEUE_MAX, clock, timers);
    }

    /**
     * A budget that starts as if nothing had been connected for a long time.
     *
     * @param rules all must allow; at least one
     * @param queueMax how many requests may wait, of all classes together
     * @param clock every time in here
     * @param timers where grants are made and answers given
     */
    public ConnectionBudget(List<BudgetRule> rules, int queueMax, NanoClock clock, Timers timers) {
        if (rules.isEmpty()) {
            throw new IllegalArgumentException("budget: at least one rule is needed, there is none");
        }
        this.clock = clock;
        this.timers = timers;
        this.logs = rules.stream().map(IntervalLog::new).toList();
        long patienceNanos =
                logs.stream().mapToLong(IntervalLog::keptNanos).max().orElseThrow();
        this.queue = new PermitQueue(queueMax, patienceNanos, clock.nanos());
        for (ProviderRefusal refusal : ProviderRefusal.values()) {
            refusals.put(refusal, 0L);
        }
    }

    /**
     * Asks for a permit. Any thread; returns at once.
     *
     * @param wish what it is wanted for
     * @param answer called once on the timers' thread, unless the request is cancelled; must not block
     */
    public PermitRequest request(PermitWish wish, Consumer<PermitAnswer> answer) {
        synchronized (lock) {
            PermitQueue.Waiting waiting = new PermitQueue.Waiting(wish.purpose(), clock.nanos(), answer);
            if (queue.offer(waiting)) {
                wakeIn(0);
                return () -> cancel(waiting);
            }
            queueFull++;
        }
        String reason = "too many connections wait for a permit already: the queue holds " + queue.max();
        Timers.Timer telling = timers.after(0, () -> answer.accept(new PermitAnswer.Refused(reason)));
        return () -> {
            telling.cancel();
            return false;
        };
    }

    /** The provider has refused: counted, and shown in {@link #snapshot}. Any thread. */
    public void refused(ProviderRefusal how) {
        synchronized (lock) {
            refusals.merge(how, 1L, Long::sum);
        }
    }

    /** How it stands now. Any thread. */
    public BudgetSnapshot snapshot() {
        synchronized (lock) {
            long now = clock.nanos();
            return new BudgetSnapshot(
                    logs.stream()
                            .map(entries -> new BudgetSnapshot.RuleUse(entries.rule(), entries.live(now)))
                            .toList(),
                    queue.sizes(),
                    admitsInNanos(PermitClass.RECONNECT_HIGH, now),
                    granted,
                    waitedNanos,
                    queueFull,
                    stale,
                    refusals);
        }
    }

    boolean fresh(Interval interval) {
        synchronized (lock) {
            boolean fresh = clock.nanos() - interval.grantedNanos <= FENCE_NANOS;
            if (!fresh) {
                stale++;
            }
            return fresh;
        }
    }

    void attempted(Interval interval) {
        synchronized (lock) {
            long now = clock.nanos();
            if (now - interval.grantedNanos > FENCE_NANOS) {
                bound(interval, now + UNPROVEN_NANOS);
            }
        }
    }

    long deadlineNanos(Interval interval) {
        synchronized (lock) {
            return interval.boundNanos - TRAVEL_NANOS;
        }
    }

    void settle(Permit permit) {
        synchronized (lock) {
            if (!permit.settled()) {
                permit.markSettled();
                // Later than the bound only if the process was stopped meanwhile: then this is the truth, too.
                bound(permit.interval(), clock.nanos());
                wakeIn(0);
            }
        }
    }

    void abandoned(Permit permit) {
        synchronized (lock) {
            // What is given up late, because the process was stopped, may have sent packets until now.
            long boundNanos = clock.nanos() + TRAVEL_NANOS;
            if (!permit.settled() && boundNanos - permit.interval().boundNanos > 0) {
                bound(permit.interval(), boundNanos);
            }
        }
    }

    private void bound(Interval interval, long boundNanos) {
        interval.boundNanos = boundNanos;
        logs.forEach(entries -> entries.remember(interval));
    }

    private boolean cancel(PermitQueue.Waiting waiting) {
        synchronized (lock) {
            return queue.remove(waiting);
        }
    }

    /** On the timers' thread: grants what can be granted, then sleeps until more can be. */
    private void pump() {
        List<Runnable> answers = new ArrayList<>();
        synchronized (lock) {
            wake = null;
            long now = clock.nanos();
            PermitQueue.@Nullable Waiting next;
            while ((next = queue.next(now, purpose -> admitsInNanos(purpose, now) == 0)) != null) {
                answers.add(grant(next, now));
            }
            long sleepNanos = queue.nextInNanos(now, purpose -> admitsInNanos(purpose, now));
            if (sleepNanos < Long.MAX_VALUE) {
                wakeIn(sleepNanos);
            }
        }
        answers.forEach(ConnectionBudget::tell);
    }

    private Runnable grant(PermitQueue.Waiting waiting, long nowNanos) {
        Interval interval = new Interval(nowNanos, nowNanos + UNPROVEN_NANOS);
        logs.forEach(entries -> entries.add(interval));
        granted++;
        waitedNanos += nowNanos - waiting.sinceNanos();
        Permit permit = new Permit(this, waiting.purpose(), interval);
        return () -> waiting.answer().accept(new PermitAnswer.Granted(permit));
    }

    private long admitsInNanos(PermitClass purpose, long nowNanos) {
        long longest = 0;
        for (IntervalLog entries : logs) {
            longest = Math.max(longest, entries.admitsInNanos(purpose, nowNanos));
        }
        return longest;
    }

    private void wakeIn(long delayNanos) {
        if (wake != null) {
            wake.cancel();
        }
        wake = timers.after(delayNanos, this::pump);
    }

    private static void tell(Runnable answer) {
        try {
            answer.run();
        } catch (RuntimeException e) {
            // One caller's fault must not cost the others of this turn their permits.
            log.error("The one who waited for a permit failed to take it", e);
        }
    }
}
