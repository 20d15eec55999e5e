package io.firehole.pool;

import io.firehole.pool.budget.BudgetSnapshot;
import io.firehole.pool.filling.GapFilling;
import io.firehole.pool.time.ControlThread;
import io.firehole.pool.time.NanoClock;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What a pool takes from its surroundings instead of reaching for it.
 *
 * @param clock all time the pool knows
 * @param timeOfDay what people call the time, for what outlives a run; any thread
 * @param control starts the thread that owns the pool; asked once, by {@link Pool#start}
 * @param random for back-off; used on the control thread only
 * @param callbacks where callers' own stubs are called back that named no executor; any thread
 * @param filling how gaps beyond the provider's replay are filled; empty if they are not
 * @param budget how the budget behind the transport stands, for the figures; empty if there is none
 */
public record PoolRuntime(
        NanoClock clock,
        InstantSource timeOfDay,
        Supplier<? extends ControlThread> control,
        RandomGenerator random,
        Executor callbacks,
        Optional<GapFilling> filling,
        Supplier<Optional<BudgetSnapshot>> budget) {

    /**
     * The machine's clock, a thread of its own named {@code firehole-pool}, and virtual threads for callbacks. Starts
     * nothing yet.
     */
    public static PoolRuntime system() {
        return new PoolRuntime(
                NanoClock.system(),
                InstantSource.system(),
                () -> ControlThread.start("firehole-pool"),
                RandomGenerator.getDefault(),
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("firehole-callback-", 0).factory()),
                Optional.empty(),
                Optional::empty);
    }

    /** The same with figures of that budget, such as {@code budget::snapshot}; any thread may ask it. */
    public PoolRuntime withBudget(Supplier<BudgetSnapshot> snapshot) {
        return new PoolRuntime(
                clock, timeOfDay, control, random, callbacks, filling, () -> Optional.of(snapshot.get()));
    }

    /** The same with gaps filled like that. */
    public PoolRuntime withFilling(Optional<GapFilling> how) {
        return new PoolRuntime(clock, timeOfDay, control, random, callbacks, how, budget);
    }
}
