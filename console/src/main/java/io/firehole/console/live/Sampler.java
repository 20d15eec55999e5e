package io.firehole.console.live;

import io.firehole.pool.PoolStats;
import io.firehole.pool.budget.BudgetEvent;
import io.firehole.pool.budget.BudgetSnapshot;
import io.firehole.pool.time.Timers;
import io.firehole.pool.time.Timers.Timer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a picture of the pool every second: one sampler for a console, whoever looks. What is here belongs to the thread of its
 * timer, but for {@link #latest}, {@link #numbered} and {@link #onSample}.
 */
public final class Sampler implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Sampler.class);

    /** How often it looks. */
    public static final Duration EVERY = Duration.ofSeconds(1);

    /** Pictures that can be asked for by their number. */
    public static final int KEPT = 16;

    /** How often it notes the count of reconnects, and how many of these notes make an hour. */
    private static final Duration RECONNECTS_EVERY = Duration.ofMinutes(1);

    private static final int RECONNECTS_KEPT = 61;

    /** So far the time of day and the pool's clock may drift apart before what was told of the past is told anew. */
    static final Duration CLOCKS_AGREE = Duration.ofSeconds(1);

    /** A monitor's stream: an id may have several, and one that comes back counts anew. */
    private record Opened(String id, long atNanos) {}

    private final PoolView pool;
    private final InstantSource clock;
    private final Timers timers;
    private final List<Consumer<Sample>> listeners = new CopyOnWriteArrayList<>();

    private final Growth upstream = new Growth();
    private final Growth delivered = new Growth();
    private final GrowthTable<Long> connections = new GrowthTable<>();
    private final GrowthTable<Long> streams = new GrowthTable<>();
    private final GrowthTable<Opened> monitors = new GrowthTable<>();
    private final MonitorTotals totals = new MonitorTotals();
    private final DelayTotals delays = new DelayTotals();
    private final Supplier<Optional<HistoryStanding>> history;
    private final HistoryWatch historyWatch;
    private final AutoCloseable seconds;
    private final HealthWatch health = new HealthWatch();
    private final ArrayDeque<Long> reconnects = new ArrayDeque<>();
    private long reconnectsNotedNanos;
    private long sequence;
    private @Nullable BudgetEvent lastBudgetEvent;
    private @Nullable Instant origin;

    /** The newest last. Replaced as a whole, by the thread of the timer. */
    private volatile List<Sample> kept = List.of();

    /** Guards the fields below. */
    private final ReentrantLock lock = new ReentrantLock();

    private @Nullable Timer next;
    private boolean closed;

    private Sampler(PoolView pool, Supplier<Optional<HistoryStanding>> history, InstantSource clock, Timers timers) {
        this.pool = pool;
        this.history = history;
        this.historyWatch = new HistoryWatch(text -> pool.note("history", "", text));
        this.clock = clock;
        this.timers = timers;
        this.seconds = pool.everySecond(second -> {
            totals.add(second);
            delays.add(second);
        });
    }

    /**
     * Takes the first picture at once, on the caller's thread.
     *
     * @param history how the history stands; empty if none is kept
     * @param timers say when to take the others; their thread may wait some milliseconds
     */
    public static Sampler start(
            PoolView pool, Supplier<Optional<HistoryStanding>> history, InstantSource clock, Timers timers) {
        Sampler sampler = new Sampler(pool, history, clock, timers);
        sampler.look();
        sampler.waitForNext(0);
        return sampler;
    }

    /** The last picture. Any thread. */
    public Sample latest() {
        return kept.getLast();
    }

    /** One of the last {@link #KEPT}; empty if it is older, or yet to come. Any thread. */
    public Optional<Sample> numbered(long number) {
        return kept.stream().filter(sample -> sample.sequence() == number).findFirst();
    }

    /** Has somebody told of every picture, on the thread of the timer; nothing there may wait. Any thread. */
    public void onSample(Consumer<Sample> listener) {
        listeners.add(listener);
    }

    private void waitForNext(long lateNanos) {
        lock.lock();
        try {
            if (!closed) {
                next = timers.after(Math.max(0, EVERY.toNanos() - lateNanos), this::tick);
            }
        } finally {
            lock.unlock();
        }
    }

    private void tick() {
        long begin = latest().stats().atNanos();
        try {
            look();
            Sample sample = latest();
            listeners.forEach(listener -> listener.accept(sample));
        } catch (RuntimeException broken) {
            log.warn("How the pool stands could not be looked at", broken);
        } finally {
            // Pictures are a second apart whatever it takes to make one, and whatever comes of it.
            waitForNext(Math.clamp(latest().stats().atNanos() - begin - EVERY.toNanos(), 0, EVERY.toNanos()));
        }
    }

    private void look() {
        PoolStats stats = pool.stats();
        long now = stats.atNanos();
        PoolStats.Totals sums = stats.totals();
        upstream.read(now, sums.updates(), sums.bytes());
        delivered.read(now, sums.delivered(), sums.deliveredBytes());
        stats.connections().forEach(one -> connections.read(now, one.id(), one.updates(), one.bytes()));
        stats.streams().forEach(one -> streams.read(now, one.id(), one.updates(), one.bytes()));
        stats.monitors()
                .forEach(
                        one -> monitors.read(now, new Opened(one.id(), one.openedNanos()), one.updates(), one.bytes()));
        noteBudgetEvents(stats);
        Optional<HistoryStanding> standing = history.get();
        standing.ifPresent(historyWatch::look);
        Instant at = clock.instant();
        Sample sample = new Sample(
                ++sequence,
                at,
                origin(at, now),
                stats,
                health.judge(stats),
                upstream.rates(),
                delivered.rates(),
                connections.rates(),
                streams.rates(),
                byId(monitors.rates()),
                totals.all(),
                delays.handedOver(),
                delays.onTheWay(),
                standing,
                reconnectsLastHour(now, sums.reconnects()));
        List<Sample> before = kept;
        ArrayDeque<Sample> all = new ArrayDeque<>(before);
        if (all.size() == KEPT) {
            all.removeFirst();
        }
        all.addLast(sample);
        kept = List.copyOf(all);
    }

    /** Both clocks are read some time apart, never the same: taken from each picture, times would change with every one. */
    private Instant origin(Instant at, long nowNanos) {
        Instant known = origin;
        Instant seen = at.minusNanos(nowNanos);
        if (known == null || Duration.between(known, seen).abs().compareTo(CLOCKS_AGREE) > 0) {
            known = seen;
            origin = known;
        }
        return known;
    }

    private static Map<String, Rates> byId(Map<Opened, Rates> rates) {
        Map<String, Rates> sums = new HashMap<>();
        rates.forEach((stream, rate) -> sums.merge(stream.id(), rate, Rates::plus));
        return sums;
    }

    private long reconnectsLastHour(long nowNanos, long total) {
        if (reconnects.isEmpty() || nowNanos - reconnectsNotedNanos >= RECONNECTS_EVERY.toNanos()) {
            reconnectsNotedNanos = nowNanos;
            reconnects.addLast(total);
            if (reconnects.size() > RECONNECTS_KEPT) {
                reconnects.removeFirst();
            }
        }
        return total - reconnects.getFirst();
    }

    /** What befell the budget belongs among the events of the pool, where people look for reasons. */
    private void noteBudgetEvents(PoolStats stats) {
        List<BudgetEvent> events = stats.budget().map(BudgetSnapshot::events).orElse(List.of());
        events.subList(untoldFrom(events), events.size()).forEach(event -> pool.note("budget", "", event.text()));
        if (!events.isEmpty()) {
            lastBudgetEvent = events.getLast();
        }
    }

    /** By which one it is, not by its time: several may happen at the same instant, and be equal. */
    @SuppressWarnings("ReferenceEquality")
    private int untoldFrom(List<BudgetEvent> events) {
        for (int i = events.size(); i > 0; i--) {
            if (events.get(i - 1) == lastBudgetEvent) {
                return i;
            }
        }
        return 0;
    }

    /** Looks no more. Idempotent; any thread. */
    @Override
    public void close() {
        try {
            seconds.close();
        } catch (Exception notForgotten) {
            log.debug("The pool goes on telling of its seconds", notForgotten);
        }
        lock.lock();
        try {
            closed = true;
            if (next != null) {
                next.cancel();
            }
        } finally {
            lock.unlock();
        }
    }
}
