package io.firehole.simulation;

import io.firehole.pool.budget.BudgetRule;
import io.firehole.simulation.Story.Part;
import io.firehole.simulation.Story.PoolRules;
import java.util.List;
import java.util.Map;

/**
 * Monitors, and what goes wrong meanwhile. All of it is data, so that it can be made smaller.
 *
 * @param seed of all that is left to chance
 * @param provider what the provider is like
 * @param pool how the pool is set up
 * @param parts the monitors
 * @param troubles what goes wrong
 */
record FaultStory(long seed, Nature provider, PoolRules pool, List<Part> parts, List<Trouble> troubles) {

    /**
     * What a provider is like.
     *
     * @param replaySlots how far back it can replay; 0 for not at all
     * @param skipEvery one slot of so many has no block; 0 for none
     * @param lookMillisMax how long a request may wait until it is looked at
     * @param replaySlotMillis from one replayed slot to the next; 0 for all at once
     * @param busyMillisMax how long a call that is cancelled may go on, since its event loop is busy
     * @param connects what it allows of new connections
     */
    record Nature(
            int replaySlots,
            int skipEvery,
            int lookMillisMax,
            int replaySlotMillis,
            int busyMillisMax,
            BudgetRule connects) {}

    FaultStory {
        parts = List.copyOf(parts);
        troubles = List.copyOf(troubles);
    }

    FaultStory withParts(List<Part> others) {
        return new FaultStory(seed, provider, pool, others, troubles);
    }

    FaultStory withTroubles(List<Trouble> others) {
        return new FaultStory(seed, provider, pool, parts, others);
    }

    FaultStory with(Nature other) {
        return new FaultStory(seed, other, pool, parts, troubles);
    }

    /** When the last monitor has done the last thing, and the last trouble is over. */
    int lastMillis() {
        int troubled = troubles.stream().mapToInt(Trouble::endMillis).max().orElse(0);
        return Math.max(troubled, peaceful().lastMillis());
    }

    /** The monitors, without what goes wrong. */
    Story peaceful() {
        return new Story(seed, Story.Room.OPEN, Map.of(), pool, parts);
    }

    /** The longest time for which nothing arrives that arrives later. */
    int stallMillisMax() {
        return troubles.stream()
                .filter(trouble -> trouble.kind() == Trouble.Kind.STALL)
                .mapToInt(Trouble::forMillis)
                .sum();
    }

    String told() {
        StringBuilder text =
                new StringBuilder(peaceful().told()).append(provider).append('\n');
        troubles.forEach(trouble -> text.append("  ").append(trouble).append('\n'));
        return text.toString();
    }
}
