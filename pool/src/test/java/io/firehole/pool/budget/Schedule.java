package io.firehole.pool.budget;

import io.firehole.pool.time.Timers;
import io.firehole.pool.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * One seeded story of demand, network, stops, crashes and refusals, told to {@link Gatekeeper}s; counts as the provider
 * would.
 *
 * <p>An attempt arrives at the provider anywhere between the system call and the last moment at which its packets can:
 * {@link ConnectionBudget#TRAVEL} after it was given up at its deadline.
 */
final class Schedule {

    /** Who takes part. */
    enum Cast {
        /** One process, which lives for ever. It may be stopped anywhere. */
        ONE,
        /** Up to four, which crash and start again. They may be stopped, but not between the fence and the system call. */
        SEVERAL_WITH_CRASHES
    }

    /** When requests come. */
    enum Demand {
        SATURATED,
        PAIRED_BURSTS,
        RANDOM
    }

    /** How long an attempt takes to arrive. */
    enum Network {
        INSTANT,
        QUICK,
        SOMETIMES_LOST,
        ANYTHING,
        LATE_THEN_QUICK
    }

    private static final int WINDOWS = 4;
    private static final int ASKS_MAX = 100;
    private static final Duration STOP_MAX = Duration.ofSeconds(90);
    private static final long TRAVEL_NANOS = ConnectionBudget.TRAVEL.toNanos();
    private static final Duration[] PERIODS = {
        Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofSeconds(10), Duration.ofSeconds(60)
    };

    private final Random random;
    private final Cast cast;
    private final BudgetRule rule;
    private final Demand demand;
    private final Network network;
    private final boolean stops;
    private final boolean refuses;
    private final VirtualTime time;
    private final long startNanos;
    private final Gatekeeper.Birth birth;
    private final List<Host> processes = new ArrayList<>();
    private final int asks;
    private final List<Long> arrivals = new ArrayList<>();
    private final Set<Integer> unserved = new LinkedHashSet<>();
    private int attempts;
    private int crashes;

    Schedule(long seed, Cast cast, Gatekeeper.Kind kind) {
        // Neighbouring seeds begin alike.
        random = new Random(seed * 0x9E3779B97F4A7C15L);
        this.cast = cast;
        int max = random.nextInt(8) == 0 ? 60 : 1 + random.nextInt(8);
        rule = new BudgetRule(max, PERIODS[random.nextInt(PERIODS.length)]);
        demand = pick(Demand.values());
        network = pick(Network.values());
        stops = random.nextInt(4) == 0;
        refuses = random.nextInt(4) == 0;
        time = new VirtualTime(random.nextLong());
        startNanos = time.nanos();
        birth = kind.in(rule, time, random);
        int count = cast == Cast.ONE ? 1 : 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            processes.add(new Host());
        }
        asks = Math.min(ASKS_MAX, max * WINDOWS);
    }

    /** Plays it to its end. */
    void play() {
        long perNanos = rule.per().toNanos();
        for (int i = 0; i < asks; i++) {
            long atNanos = switch (demand) {
                case SATURATED -> 0;
                // Half a limit at the end of a window, more at the start of the next.
                case PAIRED_BURSTS -> perNanos * (1 + i / (2L * rule.max())) + (i / rule.max() % 2 == 0 ? -1 : 1);
                case RANDOM -> (long) (random.nextDouble() * WINDOWS * perNanos);
            };
            int ask = i;
            unserved.add(ask);
            time.after(atNanos, () -> connect(ask));
        }
        // The longest anyone may have to wait if each permit is held as long as one can be.
        long longestNanos = perNanos
                + ConnectionBudget.ATTEMPT_DEADLINE
                        .plus(ConnectionBudget.TRAVEL)
                        .plus(ConnectionBudget.MARGIN)
                        .toNanos();
        time.runForNanos((asks / rule.max() + asks / 8 + 6L) * (longestNanos + (stops ? STOP_MAX.toNanos() : 0))
                + WINDOWS * perNanos);
    }

    private void connect(int ask) {
        processes.get(random.nextInt(processes.size())).connect(ask);
    }

    /** One process and its successors after a crash. */
    private final class Host {
        private final Set<Integer> waiting = new LinkedHashSet<>();
        private Life life = new Life();
        private Gatekeeper gatekeeper = birth.process(life);

        void connect(int ask) {
            waiting.add(ask);
            Life mine = life;
            gatekeeper.ask(leave -> {
                // One answer of several may have been its last deed: then the others were given to nobody.
                if (!mine.dead) {
                    granted(ask, leave, mine);
                }
            });
        }

        private void granted(int ask, Gatekeeper.Leave leave, Life mine) {
            if (maybeCrash()) {
                return;
            }
            if (cast == Cast.ONE) {
                maybeStopAll();
                go(ask, leave, mine);
            } else if (stops && random.nextInt(50) == 0) {
                // The others go on meanwhile.
                mine.stopUntil(time.nanos() + stopNanos());
                mine.after(0, () -> go(ask, leave, mine));
            } else {
                go(ask, leave, mine);
            }
        }

        private void go(int ask, Gatekeeper.Leave leave, Life mine) {
            waiting.remove(ask);
            if (!leave.fresh()) {
                connect(ask);
                return;
            }
            if (cast == Cast.ONE) {
                maybeStopAll();
            }
            long calledNanos = time.nanos();
            leave.attempted();
            long deadlineNanos = leave.deadlineInNanos();
            long arrivesInNanos = arrivesIn(deadlineNanos + TRAVEL_NANOS);
            arrivals.add(calledNanos - startNanos + arrivesInNanos);
            unserved.remove(ask);
            long answerInNanos = arrivesInNanos + random.nextLong(20_000_000);
            if (answerInNanos < deadlineNanos && random.nextInt(20) != 0) {
                mine.after(answerInNanos, () -> answered(leave));
            } else if (random.nextBoolean()) {
                mine.after(deadlineNanos, leave::abandoned);
            } // else nobody ever tells: the bound of the grant must do
            maybeCrash();
        }

        private void answered(Gatekeeper.Leave leave) {
            leave.settle();
            if (refuses && random.nextInt(30) == 0) {
                gatekeeper.refused();
                leave.gone();
            } else if (random.nextBoolean()) {
                leave.served();
                if (random.nextBoolean()) {
                    leave.gone();
                }
            }
        }

        /** What was on its way arrives all the same; what waited is asked for by the next life. */
        private boolean maybeCrash() {
            if (cast == Cast.ONE || random.nextInt(12) != 0) {
                return false;
            }
            crashes++;
            life.dead = true;
            life = new Life();
            gatekeeper = birth.process(life);
            List<Integer> again = List.copyOf(waiting);
            waiting.clear();
            again.forEach(this::connect);
            return true;
        }
    }

    /** The timers of one life: nothing runs any more once it is over, and nothing while it is stopped. */
    private final class Life implements Timers {
        private boolean dead;
        private long stoppedUntilNanos = time.nanos();

        @Override
        public Timer after(long delayNanos, Runnable task) {
            boolean[] cancelled = {false};
            Runnable living = () -> {
                if (!cancelled[0]) {
                    task.run();
                }
            };
            Timer timer = time.after(delayNanos, () -> run(living));
            return () -> {
                cancelled[0] = true;
                timer.cancel();
            };
        }

        void stopUntil(long nanos) {
            stoppedUntilNanos = nanos;
        }

        private void run(Runnable task) {
            if (dead) {
                return;
            }
            long stoppedForNanos = stoppedUntilNanos - time.nanos();
            if (stoppedForNanos > 0) {
                time.after(stoppedForNanos, () -> run(task));
            } else {
                task.run();
            }
        }
    }

    private long arrivesIn(long latestNanos) {
        attempts++;
        return Math.min(
                latestNanos,
                switch (network) {
                    case INSTANT -> 0;
                    case QUICK -> random.nextLong(20_000_000);
                    case SOMETIMES_LOST -> random.nextInt(100) == 0 ? 7_000_000_000L : random.nextLong(20_000_000);
                    case ANYTHING -> random.nextLong(latestNanos + 1);
                    // The worst a network can do: what went first arrives together with what went a window later.
                    case LATE_THEN_QUICK -> attempts <= rule.max() ? latestNanos : 0;
                });
    }

    private void maybeStopAll() {
        if (stops && random.nextInt(50) == 0) {
            time.stopFor(Duration.ofNanos(stopNanos()));
        }
    }

    private long stopNanos() {
        return STOP_MAX.toNanos() / 100 * random.nextInt(100);
    }

    /** The most arrivals in any window, its two ends counted. */
    int worstWindow() {
        long[] sorted = arrivals.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        int worst = 0;
        for (int first = 0, last = 0; last < sorted.length; last++) {
            while (sorted[last] - sorted[first] > rule.per().toNanos()) {
                first++;
            }
            worst = Math.max(worst, last - first + 1);
        }
        return worst;
    }

    boolean violated() {
        return worstWindow() > rule.max();
    }

    /** Whether everybody came to connect who should have: a refusal may stop them for long. */
    boolean allServed() {
        return refuses || unserved.isEmpty();
    }

    private <T> T pick(T[] values) {
        return values[random.nextInt(values.length)];
    }

    @Override
    public String toString() {
        return rule.max() + " per " + rule.per() + ", " + demand + ", " + network + (stops ? ", with stops" : "")
                + (refuses ? ", with refusals" : "") + ", processes " + processes.size() + ", crashes " + crashes + ": "
                + arrivals.size() + " arrived, " + unserved.size() + " of " + asks + " unserved, worst window "
                + worstWindow();
    }
}
