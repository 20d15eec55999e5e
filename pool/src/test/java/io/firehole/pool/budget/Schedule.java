package io.firehole.pool.budget;

import io.firehole.pool.time.VirtualTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;

/**
 * One seeded story of demand, network and stops, told to a {@link Gatekeeper}; counts as the provider would.
 *
 * <p>An attempt arrives at the provider anywhere between the system call and the last moment at which its packets can:
 * {@link ConnectionBudget#TRAVEL} after it was given up at its deadline.
 */
final class Schedule {

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

    private static final int WINDOWS = 6;
    private static final Duration STOP_MAX = Duration.ofSeconds(90);
    private static final long DEADLINE_NANOS = ConnectionBudget.ATTEMPT_DEADLINE.toNanos();
    private static final long TRAVEL_NANOS = ConnectionBudget.TRAVEL.toNanos();
    private static final Duration[] PERIODS = {
        Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofSeconds(10), Duration.ofSeconds(60)
    };

    private final Random random;
    private final BudgetRule rule;
    private final Demand demand;
    private final Network network;
    private final boolean stops;
    private final VirtualTime time;
    private final long startNanos;
    private final Gatekeeper gatekeeper;
    private final int asks;
    private final long[] arrivals;
    private int arrived;
    private int attempts;

    Schedule(long seed, Gatekeeper.Kind kind) {
        random = new Random(seed);
        int max = random.nextInt(4) == 0 ? 60 : 1 + random.nextInt(8);
        rule = new BudgetRule(max, PERIODS[random.nextInt(PERIODS.length)]);
        demand = pick(Demand.values());
        network = pick(Network.values());
        stops = random.nextInt(4) == 0;
        time = new VirtualTime(random.nextLong());
        startNanos = time.nanos();
        gatekeeper = kind.with(rule, time);
        asks = Math.min(200, max * WINDOWS);
        arrivals = new long[asks];
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
            time.after(atNanos, this::connect);
        }
        // The longest anyone may have to wait if each permit is held as long as one can be.
        long longestNanos = perNanos + DEADLINE_NANOS + TRAVEL_NANOS + ConnectionBudget.MARGIN.toNanos();
        time.runForNanos(
                (asks / rule.max() + 3L) * (longestNanos + (stops ? STOP_MAX.toNanos() : 0)) + WINDOWS * perNanos);
    }

    private void connect() {
        gatekeeper.ask(this::granted);
    }

    private void granted(Gatekeeper.Leave leave) {
        maybeStop();
        if (!leave.fresh()) {
            connect();
            return;
        }
        maybeStop();
        long calledNanos = time.nanos();
        leave.attempted();
        long arrivesInNanos = arrivesIn();
        arrivals[arrived++] = calledNanos - startNanos + arrivesInNanos;
        long answerInNanos = arrivesInNanos + random.nextLong(20_000_000);
        if (answerInNanos < DEADLINE_NANOS && random.nextInt(20) != 0) {
            time.after(answerInNanos, leave::settle);
        } else if (random.nextBoolean()) {
            time.after(DEADLINE_NANOS, leave::abandoned);
        } // else nobody ever tells: the bound of the grant must do
    }

    private long arrivesIn() {
        attempts++;
        return switch (network) {
            case INSTANT -> 0;
            case QUICK -> random.nextLong(20_000_000);
            case SOMETIMES_LOST -> random.nextInt(100) == 0 ? 7_000_000_000L : random.nextLong(20_000_000);
            case ANYTHING -> random.nextLong(DEADLINE_NANOS + TRAVEL_NANOS + 1);
            // The worst a network can do: what went first arrives together with what went a window later.
            case LATE_THEN_QUICK -> attempts <= rule.max() ? DEADLINE_NANOS + TRAVEL_NANOS : 0;
        };
    }

    private void maybeStop() {
        if (stops && random.nextInt(50) == 0) {
            time.stopFor(STOP_MAX.multipliedBy(random.nextInt(100)).dividedBy(100));
        }
    }

    /** The most arrivals in any window, its two ends counted. */
    int worstWindow() {
        long[] sorted = Arrays.copyOf(arrivals, arrived);
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

    boolean allServed() {
        return arrived == asks;
    }

    private <T> T pick(T[] values) {
        return values[random.nextInt(values.length)];
    }

    @Override
    public String toString() {
        return rule.max() + " per " + rule.per() + ", " + demand + ", " + network + (stops ? ", with stops" : "") + ": "
                + arrived + " of " + asks + " arrived, worst window " + worstWindow();
    }
}
