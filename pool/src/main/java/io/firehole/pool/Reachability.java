package io.firehole.pool;

import io.firehole.pool.time.Timers.Timer;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the provider is there, and who may try while it is not. Control thread.
 *
 * <pre>
 *        ┌──────── a connection is proven ────────┐
 *        │                                        ▼
 *   Down ── its time has come, somebody waits ─▶ Probing          Up
 *    ▲  ▲                                         │               │
 *    │  └───────── the probe failed ──────────────┘               │
 *    └────────────────── no connection is healthy any more ───────┘
 * </pre>
 *
 * <p>A provider that has gone down closes all connections at once, and everybody would knock at once, again and again, and
 * use up the budget just before it comes back. So while no connection is known to be healthy only one knocks, the
 * <em>probe</em>, the most urgent of those that wait; when it is proven the others follow. While the provider is up, a
 * connection that is lost comes back after its own {@link Backoff}.
 *
 * <p>A provider that takes connections and soon drops them counts as down all the time: the pauses between probes begin
 * anew only after it was up for {@link Backoff#HEALTHY}.
 */
final class Reachability {

    private static final Logger log = LoggerFactory.getLogger(Reachability.class);

    /** The pauses after the first, second, ... probe that failed; the last one goes on for ever. */
    private static final List<Duration> PAUSES =
            List.of(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4), Duration.ofSeconds(5));

    /** So much of a pause is added to it at random, at the most: several processes do not stay in step. */
    private static final int JITTER_PERCENT = 20;

    /** What it knows. */
    private sealed interface State {
        /** Nobody tries; the next one may at that moment. */
        record Down(long notBeforeNanos, @Nullable Timer next) implements State {}

        /** One tries. */
        record Probing(Link probe) implements State {}

        /** A connection is healthy. */
        record Up(long sinceNanos) implements State {}
    }

    private final PoolContext pool;
    private final Set<Link> waiting = new LinkedHashSet<>();
    private State state;
    private int probesFailed;
    private boolean fellLately;
    private long probes;

    Reachability(PoolContext pool) {
        this.pool = pool;
        this.state = new State.Down(pool.now(), null);
    }

    boolean isUp() {
        return state instanceof State.Up;
    }

    /** A link needs a connection and may not try by itself: it is told when it may. */
    void waits(Link link) {
        waiting.add(link);
        probeInTime();
    }

    /** A link does not need a connection any more. */
    void leaves(Link link) {
        waiting.remove(link);
        if (state instanceof State.Probing(Link probe) && probe == link) {
            // It has proved nothing, either way.
            state = new State.Down(pool.now(), null);
            probeInTime();
        }
    }

    /** A connection has proved itself: whoever waits may connect. */
    void proven() {
        if (isUp()) {
            return;
        }
        state = new State.Up(pool.now());
        List<Link> all = byUrgency();
        waiting.clear();
        if (probesFailed > 0) {
            log.info("The provider is back{}", all.isEmpty() ? "" : "; connections that follow: " + all.size());
        }
        all.forEach(Link::mayConnect);
    }

    /**
     * A link has no connection any more, or could not get one.
     *
     * @param anyHealthy whether another one has
     * @param refused whether the provider said that it does not want us, which time alone will hardly cure
     */
    void lost(Link link, boolean anyHealthy, boolean refused) {
        switch (state) {
            case State.Up(long since) -> {
                if (!anyHealthy) {
                    if (pool.now() - since >= Backoff.HEALTHY.toNanos()) {
                        probesFailed = 0;
                        fellLately = false;
                    }
                    fellDown(refused);
                }
            }
            case State.Probing(Link probe) -> {
                if (probe == link) {
                    failed(refused);
                }
            }
            case State.Down down -> {}
        }
    }

    /** A connection was closed because nobody needs it, which says nothing of the provider. */
    void closed(boolean anyHealthy) {
        if (isUp() && !anyHealthy) {
            down(0);
        }
    }

    /** The first probe goes as soon as all are seen who have lost their connection, unless that was a relapse. */
    private void fellDown(boolean refused) {
        if (fellLately || refused) {
            failed(refused);
        } else {
            fellLately = true;
            down(Link.GATHERING.toNanos());
        }
    }

    private void failed(boolean refused) {
        long pause = PAUSES.get(Math.min(probesFailed, PAUSES.size() - 1)).toNanos();
        probesFailed++;
        down(
                refused
                        ? Backoff.refusal(pool.random())
                        : pause + pool.random().nextLong(pause * JITTER_PERCENT / 100 + 1));
    }

    private void down(long pauseNanos) {
        state = new State.Down(pool.now() + pauseNanos, null);
        probeInTime();
    }

    private void probeInTime() {
        if (state instanceof State.Down(long notBefore, Timer next) && next == null && !waiting.isEmpty()) {
            state = new State.Down(notBefore, pool.loop().after(Math.max(0, notBefore - pool.now()), this::probe));
        }
    }

    private void probe() {
        if (!(state instanceof State.Down(long notBefore, Timer next))) {
            return;
        }
        if (waiting.isEmpty()) {
            state = new State.Down(notBefore, null);
            return;
        }
        Link first = byUrgency().getFirst();
        waiting.remove(first);
        state = new State.Probing(first);
        probes++;
        first.mayProbe();
    }

    private List<Link> byUrgency() {
        return waiting.stream()
                .sorted(Comparator.comparing(Link::purpose).thenComparingLong(Link::number))
                .toList();
    }

    /**
     * In whose name a probe asks for its permit. Each has a new one: what the budget allows one link of its own is meant
     * against a link that flaps while the provider is up, and would slow down the search for one that is down.
     */
    long probeSubject() {
        return -probes;
    }

    /** How long until the next probe; 0 if one is under way, or none is needed. */
    long nextProbeInNanos() {
        return state instanceof State.Down(long notBefore, Timer next) && next != null
                ? Math.max(0, notBefore - pool.now())
                : 0;
    }
}
