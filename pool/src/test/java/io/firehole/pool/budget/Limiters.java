package io.firehole.pool.budget;

import io.firehole.pool.budget.ledger.AttemptKind;
import io.firehole.pool.budget.ledger.MemoryLedger;
import io.firehole.pool.time.Timers;
import io.firehole.pool.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Gatekeepers: ours, and those that most would write. */
final class Limiters {

    /** The budget, in memory. */
    static final Gatekeeper.Kind INTERVAL_LOG = (rule, time, random) -> {
        BudgetSettings settings = BudgetSettings.of(List.of(rule)).withInFlightMax(inFlightMax(random));
        return timers -> new OfBudget(settings, time, timers, random);
    };

    /** The budgets of several processes and of their later lives, over one ledger. */
    static final Gatekeeper.Kind INTERVAL_LOG_WITH_LEDGER = (rule, time, random) -> {
        MemoryLedger ledger = new MemoryLedger(time, rule.per().plus(ConnectionBudget.MARGIN));
        BudgetSettings settings = BudgetSettings.of(List.of(rule))
                .withInFlightMax(inFlightMax(random))
                .withLedgers(Map.of(rule.scope(), ledger));
        return timers -> new OfBudget(settings, time, timers, random);
    };

    /** The same with everybody of the best class, and as many under way as may be: as a limiter is compared. */
    static final Gatekeeper.Kind INTERVAL_LOG_OF_ONE_CLASS =
            (rule, time, random) -> timers -> new OfOneClass(BudgetSettings.of(List.of(rule)), time, timers);

    /** The same over a ledger. */
    static final Gatekeeper.Kind INTERVAL_LOG_OF_ONE_CLASS_WITH_LEDGER = (rule, time, random) -> {
        MemoryLedger ledger = new MemoryLedger(time, rule.per().plus(ConnectionBudget.MARGIN));
        BudgetSettings settings = BudgetSettings.of(List.of(rule)).withLedgers(Map.of(rule.scope(), ledger));
        return timers -> new OfOneClass(settings, time, timers);
    };

    private Limiters() {}

    private static int inFlightMax(Random random) {
        return random.nextBoolean() ? BudgetSettings.IN_FLIGHT_MAX : BudgetRule.MAX_LIMIT;
    }

    /** As libraries have it: {@code max} tokens, refilled evenly. */
    static final Gatekeeper.Kind TOKEN_BUCKET = (rule, time, random) -> timers -> new Queued(timers) {
        private final TokenBucket bucket = new TokenBucket(rule.max(), rule.per(), time);

        @Override
        long nextInNanos() {
            return bucket.nextTokenInNanos();
        }

        @Override
        void take() {
            bucket.tryAcquire(1);
        }
    };

    /** As one would write it first: the times of the last grants. */
    static final Gatekeeper.Kind SLIDING_LOG = (rule, time, random) -> timers -> new Queued(timers) {
        private final Deque<Long> grants = new ArrayDeque<>();

        @Override
        long nextInNanos() {
            while (!grants.isEmpty()
                    && time.nanos() - grants.getFirst() >= rule.per().toNanos()) {
                grants.removeFirst();
            }
            return grants.size() < rule.max()
                    ? 0
                    : grants.getFirst() + rule.per().toNanos() - time.nanos();
        }

        @Override
        void take() {
            grants.addLast(time.nanos());
        }
    };

    /** The same, with the window a little longer than it must be. */
    static final Gatekeeper.Kind CAREFUL_SLIDING_LOG = (rule, time, random) ->
            SLIDING_LOG.in(new BudgetRule(rule.max(), rule.per().plus(Duration.ofMillis(250))), time, random);

    /** So many in each piece of the calendar. */
    static final Gatekeeper.Kind FIXED_WINDOW = (rule, time, random) -> timers -> new Queued(timers) {
        private final long startNanos = time.nanos();
        private long window;
        private int taken;

        @Override
        long nextInNanos() {
            long sinceNanos = time.nanos() - startNanos;
            long now = sinceNanos / rule.per().toNanos();
            if (now != window) {
                window = now;
                taken = 0;
            }
            return taken < rule.max() ? 0 : (window + 1) * rule.per().toNanos() - sinceNanos;
        }

        @Override
        void take() {
            taken++;
        }
    };

    /** One at a time, evenly. */
    static final Gatekeeper.Kind SPACING = (rule, time, random) -> timers -> new Queued(timers) {
        private long nextNanos = time.nanos();

        @Override
        long nextInNanos() {
            return Math.max(0, nextNanos - time.nanos());
        }

        @Override
        void take() {
            nextNanos = time.nanos() + rule.per().toNanos() / rule.max();
        }
    };

    /** Our budget as a gatekeeper: askers of all classes, some in a hurry. */
    private static final class OfBudget implements Gatekeeper {
        private final VirtualTime time;
        private final Random random;
        private final ConnectionBudget budget;
        private long subjects;

        OfBudget(BudgetSettings settings, VirtualTime time, Timers timers, Random random) {
            this.time = time;
            this.random = random;
            this.budget = new ConnectionBudget(
                    settings, BudgetRuntime.of(time, timers).withListener(event -> {}));
        }

        @Override
        public void ask(Consumer<Gatekeeper.Leave> granted) {
            PermitClass[] classes = PermitClass.values();
            PermitClass purpose = classes[random.nextInt(classes.length)];
            OptionalLong deadline = random.nextInt(4) == 0
                    ? OptionalLong.of(time.nanos() + random.nextLong(60_000_000_000L))
                    : OptionalLong.empty();
            PermitWish wish = new PermitWish(AttemptKind.CONNECT, purpose, ++subjects, deadline);
            budget.request(wish, answer -> {
                if (answer instanceof PermitAnswer.Granted(Permit permit)) {
                    granted.accept(new OfPermit(permit, time));
                } else {
                    throw new AssertionError("the schedule overran the queue");
                }
            });
        }

        @Override
        public void refused() {
            budget.refused(new Refusal(ProviderRefusal.RESOURCE_EXHAUSTED, OptionalLong.empty(), false, "limit"));
        }
    }

    /** Our budget, asked for the best class only. */
    private static final class OfOneClass implements Gatekeeper {
        private final VirtualTime time;
        private final ConnectionBudget budget;
        private long subjects;

        OfOneClass(BudgetSettings settings, VirtualTime time, Timers timers) {
            this.time = time;
            this.budget = new ConnectionBudget(
                    settings.withInFlightMax(BudgetRule.MAX_LIMIT).withQueueMax(1_000),
                    BudgetRuntime.of(time, timers).withListener(event -> {}));
        }

        @Override
        public void ask(Consumer<Leave> granted) {
            budget.request(PermitWish.connect(PermitClass.RECONNECT_HIGH, ++subjects), answer -> {
                if (answer instanceof PermitAnswer.Granted(Permit permit)) {
                    granted.accept(new OfPermit(permit, time));
                } else {
                    throw new AssertionError("the story overran the queue");
                }
            });
        }
    }

    /** A permit as leave. */
    private record OfPermit(Permit permit, VirtualTime time) implements Gatekeeper.Leave {
        @Override
        public boolean fresh() {
            boolean fresh = permit.fresh();
            if (!fresh) {
                permit.unused();
            }
            return fresh;
        }

        @Override
        public long deadlineInNanos() {
            return permit.deadlineNanos() - time.nanos();
        }

        @Override
        public void attempted() {
            permit.attempted();
        }

        @Override
        public void settle() {
            permit.settle();
        }

        @Override
        public void abandoned() {
            permit.abandoned();
        }

        @Override
        public void served() {
            permit.served();
        }

        @Override
        public void gone() {
            permit.gone();
        }
    }

    /** First come, first served. */
    private abstract static class Queued implements Gatekeeper {
        private final Timers timers;
        private final Deque<Consumer<Gatekeeper.Leave>> waiting = new ArrayDeque<>();
        private boolean asleep;

        Queued(Timers timers) {
            this.timers = timers;
        }

        abstract long nextInNanos();

        abstract void take();

        @Override
        public void ask(Consumer<Gatekeeper.Leave> granted) {
            waiting.addLast(granted);
            if (!asleep) {
                serve();
            }
        }

        private void serve() {
            asleep = false;
            @Nullable Consumer<Gatekeeper.Leave> next;
            while (!waiting.isEmpty() && nextInNanos() == 0 && (next = waiting.poll()) != null) {
                take();
                next.accept(new Gatekeeper.Leave() {});
            }
            if (!waiting.isEmpty()) {
                asleep = true;
                timers.after(nextInNanos(), this::serve);
            }
        }
    }
}
