package io.firehole.pool.merging;

import java.util.List;

/**
 * How one filter of a monitor travels to the provider; for people. Immutable.
 *
 * @param filter what was asked
 * @param name what the monitor calls it
 * @param vehicle under what it travels
 * @param fellows the other monitors for whom something comes under the same label
 */
public record Carriage(Filter filter, String name, Vehicle vehicle, List<Seat> fellows) {

    public Carriage {
        fellows = List.copyOf(fellows);
    }

    /** Under what a filter travels. */
    public sealed interface Vehicle {

        /** It has not been sent yet. */
        record Unsent() implements Vehicle {}

        /** Under a label of its own, shared only by equal filters. */
        record Alone(String label) implements Vehicle {}

        /**
         * With others as one filter, and what comes is matched here.
         *
         * @param union what the provider is asked
         * @param filters how many asked filters it stands for, this one included
         * @param received updates that came for it
         * @param wanted those of them that somebody asked for
         */
        record United(String label, Filter union, int filters, long received, long wanted) implements Vehicle {}

        /** By a filter of Firehole's own that asks for everything of its kind, and what comes is matched here. */
        record ByInternal() implements Vehicle {}
    }
}
