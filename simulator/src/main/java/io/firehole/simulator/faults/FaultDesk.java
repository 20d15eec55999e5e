package io.firehole.simulator.faults;

import io.firehole.simulator.time.ProviderClock;
import io.firehole.wire.UpdateKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes orders for faults, repeats them, and knows which faults await connections and requests to come.
 *
 * <p>Any thread. Strikes happen on the caller's thread, repetitions on the timer's.
 */
public final class FaultDesk {

    /** Orders that may be going on at the same time; one more is refused. */
    static final int MAX_ONGOING = 1_000;

    private final FaultSite site;
    private final ProviderClock clock;
    private final ScheduledExecutorService timer;

    private final List<Awaiting> awaiting = new ArrayList<>();
    private final List<ScheduledFuture<?>> repetitions = new ArrayList<>();

    /** Whether any poison waits for an update; so that updates need no lock where none does. Written under the lock. */
    private volatile boolean poisoning;

    public FaultDesk(FaultSite site, ProviderClock clock, ScheduledExecutorService timer) {
        this.site = site;
        this.clock = clock;
        this.timer = timer;
    }

    /**
     * Lets it happen now and, if asked, again and again.
     *
     * @return how many open connections it concerns
     * @throws IllegalStateException if too many faults are going on
     */
    public int inject(Fault fault) {
        if (fault.kind() == FaultKind.CLEAR) {
            return clear(fault);
        }
        Duration every = fault.every();
        if (every != null) {
            repeat(fault, every);
        }
        return strike(fault);
    }

    /** Whether a connection that arrives now is to be closed at once. */
    public boolean refusing() {
        return awaits(FaultKind.REFUSE, 0);
    }

    /** Whether one is to be closed as soon as it speaks HTTP/2. */
    public boolean hangingUp() {
        return awaits(FaultKind.REFUSE_HTTP2, 0);
    }

    /** Whether a {@code from_slot} on this connection is to be answered with OUT_OF_RANGE. Uses up a single one. */
    public boolean deniesReplay(long connection) {
        return awaits(FaultKind.NO_REPLAY, connection);
    }

    /** Whether a request with filters on this connection is to be refused. Uses up a single one. */
    public boolean deniesRequest(long connection) {
        return awaits(FaultKind.INVALID, connection);
    }

    /**
     * What is to be done to the next update of that kind on this connection. Uses up a single one.
     *
     * @return null for nothing
     */
    public @Nullable FaultKind poison(long connection, UpdateKind update) {
        if (!poisoning) {
            return null;
        }
        synchronized (this) {
            poisoning = awaiting.stream().anyMatch(one -> one.fault.kind().isPoison());
            for (FaultKind kind : FaultKind.values()) {
                if (kind.poisons(update) && awaits(kind, connection)) {
                    return kind;
                }
            }
        }
        return null;
    }

    private int strike(Fault fault) {
        return switch (fault.kind()) {
            case RESET, FIN, GOAWAY, STREAM_ERROR, HALF_OPEN, STALL, SLOW -> site.strike(fault);
            case DEAD_SLOT -> {
                site.killNextSlot();
                yield site.concerned(fault);
            }
            case REFUSE, REFUSE_HTTP2 -> {
                await(fault, fault.lastingOrDefault());
                yield site.concerned(fault);
            }
            case NO_REPLAY,
                    INVALID,
                    POISON_TRUNCATED,
                    POISON_FLAG,
                    POISON_OVERSIZE,
                    POISON_HUGE,
                    POISON_UTF8,
                    POISON_FIELDS,
                    POISON_KIND,
                    POISON_NAME,
                    POISON_NAMELESS -> {
                await(fault, fault.lasting());
                yield site.concerned(fault);
            }
            case CLEAR -> clear(fault);
        };
    }

    private synchronized int clear(Fault fault) {
        repetitions.forEach(repetition -> repetition.cancel(false));
        repetitions.clear();
        awaiting.clear();
        site.release();
        return site.concerned(fault);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // ending a repetition cannot fail
    private synchronized void repeat(Fault fault, Duration every) {
        repetitions.removeIf(ScheduledFuture::isDone);
        checkRoom(repetitions.size());
        ScheduledFuture<?> repetition =
                timer.scheduleAtFixedRate(() -> strike(fault), every.toNanos(), every.toNanos(), TimeUnit.NANOSECONDS);
        repetitions.add(repetition);
        Duration lasting = fault.lasting();
        if (lasting != null && isInstant(fault.kind())) {
            timer.schedule(() -> repetition.cancel(false), lasting.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    private static boolean isInstant(FaultKind kind) {
        return switch (kind) {
            case RESET, FIN, GOAWAY, STREAM_ERROR, HALF_OPEN, DEAD_SLOT -> true;
            case STALL,
                    REFUSE,
                    REFUSE_HTTP2,
                    SLOW,
                    NO_REPLAY,
                    INVALID,
                    POISON_TRUNCATED,
                    POISON_FLAG,
                    POISON_OVERSIZE,
                    POISON_HUGE,
                    POISON_UTF8,
                    POISON_FIELDS,
                    POISON_KIND,
                    POISON_NAME,
                    POISON_NAMELESS,
                    CLEAR -> false;
        };
    }

    private synchronized void await(Fault fault, @Nullable Duration lasting) {
        long now = clock.nanos();
        awaiting.removeIf(one -> one.isOver(now));
        checkRoom(awaiting.size());
        poisoning |= fault.kind().isPoison();
        awaiting.add(new Awaiting(fault, lasting == null, lasting == null ? 0 : now + lasting.toNanos()));
    }

    private synchronized boolean awaits(FaultKind kind, long connection) {
        if (awaiting.isEmpty()) {
            return false;
        }
        long now = clock.nanos();
        for (Iterator<Awaiting> each = awaiting.iterator(); each.hasNext(); ) {
            Awaiting one = each.next();
            if (one.isOver(now)) {
                each.remove();
            } else if (one.fault.kind() == kind && (isAtTheDoor(kind) || one.fault.concerns(connection))) {
                if (one.once) {
                    each.remove();
                }
                return true;
            }
        }
        return false;
    }

    /** Whether it strikes connections that have no id yet. */
    private static boolean isAtTheDoor(FaultKind kind) {
        return kind == FaultKind.REFUSE || kind == FaultKind.REFUSE_HTTP2;
    }

    private static void checkRoom(int ongoing) {
        if (ongoing >= MAX_ONGOING) {
            throw new IllegalStateException(
                    MAX_ONGOING + " faults are going on, which is the limit; send {\"kind\":\"clear\"} first");
        }
    }

    /** A fault that waits for a connection or a request. */
    private record Awaiting(Fault fault, boolean once, long untilNanos) {
        boolean isOver(long nowNanos) {
            return !once && nowNanos - untilNanos >= 0;
        }
    }
}
