package io.firehole.pool.budget;

import io.firehole.pool.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Something that decides when one may connect: ours, and two that most would write. One thread, virtual time. */
interface Gatekeeper {

    /** Calls back when one may connect. */
    void ask(Consumer<Leave> granted);

    /** Leave to connect once. */
    interface Leave {

        /** Whether it may still be used. */
        default boolean fresh() {
            return true;
        }

        /** The system call was made. */
        default void attempted() {}

        /** There is proof that the provider has counted. */
        default void settle() {}

        /** Given up without proof. */
        default void abandoned() {}
    }

    /** How to make one. */
    interface Kind {
        Gatekeeper with(BudgetRule rule, VirtualTime time);
    }

    /** The budget. */
    Kind INTERVAL_LOG = (rule, time) -> {
        ConnectionBudget budget = new ConnectionBudget(List.of(rule), time, time);
        long[] subjects = {0};
        return granted -> budget.request(PermitWish.connect(PermitClass.RECONNECT_HIGH, ++subjects[0]), answer -> {
            if (answer instanceof PermitAnswer.Granted(Permit permit)) {
                granted.accept(new Leave() {
                    @Override
                    public boolean fresh() {
                        return permit.fresh();
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
                });
            } else {
                throw new AssertionError("the schedule overran the queue");
            }
        });
    };

    /** As libraries have it: {@code max} tokens, refilled evenly. */
    Kind TOKEN_BUCKET = (rule, time) -> new Queued(time) {
        private final double perNano = rule.max() / (double) rule.per().toNanos();
        private double tokens = rule.max();
        private long filledNanos = time.nanos();

        @Override
        long nextInNanos() {
            tokens = Math.min(rule.max(), tokens + (time.nanos() - filledNanos) * perNano);
            filledNanos = time.nanos();
            return tokens >= 1 ? 0 : (long) Math.ceil((1 - tokens) / perNano);
        }

        @Override
        void take() {
            tokens--;
        }
    };

    /** As one would write it first: the times of the last grants. */
    Kind SLIDING_LOG = (rule, time) -> new Queued(time) {
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
    Kind CAREFUL_SLIDING_LOG = (rule, time) ->
            SLIDING_LOG.with(new BudgetRule(rule.max(), rule.per().plus(Duration.ofMillis(250))), time);

    /** First come, first served. */
    abstract class Queued implements Gatekeeper {
        private final VirtualTime time;
        private final Deque<Consumer<Leave>> waiting = new ArrayDeque<>();
        private boolean asleep;

        Queued(VirtualTime time) {
            this.time = time;
        }

        abstract long nextInNanos();

        abstract void take();

        @Override
        public void ask(Consumer<Leave> granted) {
            waiting.addLast(granted);
            if (!asleep) {
                serve();
            }
        }

        private void serve() {
            asleep = false;
            @Nullable Consumer<Leave> next;
            while (!waiting.isEmpty() && nextInNanos() == 0 && (next = waiting.poll()) != null) {
                take();
                next.accept(new Leave() {});
            }
            if (!waiting.isEmpty()) {
                asleep = true;
                time.after(nextInNanos(), this::serve);
            }
        }
    }
}
