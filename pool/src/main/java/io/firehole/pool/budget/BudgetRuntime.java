package io.firehole.pool.budget;

import io.firehole.pool.time.NanoClock;
import io.firehole.pool.time.Timers;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a {@link ConnectionBudget} takes from its surroundings.
 *
 * @param clock every time in it
 * @param sleepClock one that goes on while the machine sleeps, where there is one: a permit from before a sleep is stale.
 *     Any thread
 * @param timers where grants are made, ledgers written and answers given: with ledgers, which may block, a thread of the
 *     budget's own
 * @param listener hears what is out of the ordinary, on the timers' thread; must not block
 */
public record BudgetRuntime(NanoClock clock, NanoClock sleepClock, Timers timers, Consumer<BudgetEvent> listener) {

    private static final Logger log = LoggerFactory.getLogger(ConnectionBudget.class);

    /** That clock for everything; what is out of the ordinary goes to the log. */
    public static BudgetRuntime of(NanoClock clock, Timers timers) {
        return new BudgetRuntime(clock, clock, timers, BudgetRuntime::log);
    }

    /** The same with a clock that does not stop while the machine sleeps. */
    public BudgetRuntime withSleepClock(NanoClock newSleepClock) {
        return new BudgetRuntime(clock, newSleepClock, timers, listener);
    }

    /** The same with another who listens. */
    public BudgetRuntime withListener(Consumer<BudgetEvent> newListener) {
        return new BudgetRuntime(clock, sleepClock, timers, newListener);
    }

    private static void log(BudgetEvent event) {
        if (event.good()) {
            log.info("Budget: {}", event.text());
        } else {
            log.warn("Budget: {}", event.text());
        }
    }
}
