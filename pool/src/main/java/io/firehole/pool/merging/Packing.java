package io.firehole.pool.merging;

import java.util.List;

/** How the filters of one stream travel in its request, or why they cannot. Immutable. */
public sealed interface Packing {

    /** How much is given up for room, from nothing to most. */
    enum Fit {
        /** Each filter travels by itself. */
        PLAIN,
        /** Some travel together; what comes is what was asked for, and is sorted here. */
        UNITED,
        /** Some travel together as a filter that is wider than they are: what nobody asked for comes, and is dropped here. */
        WIDENED
    }

    /**
     * They fit.
     *
     * @param bundles what is asked, besides the internal filters
     * @param fit the most that had to be given up
     * @param slotsByEpoch the slots filters, if they are matched here against what comes for the internal one
     * @param metaBySeal the blocks_meta filter, if what comes for the internal one serves it
     */
    record Packed(List<Bundle> bundles, Fit fit, List<Filter> slotsByEpoch, List<Filter> metaBySeal)
            implements Packing {
        public Packed {
            bundles = List.copyOf(bundles);
            slotsByEpoch = List.copyOf(slotsByEpoch);
            metaBySeal = List.copyOf(metaBySeal);
        }
    }

    /**
     * They do not fit, not even united.
     *
     * @param rule the provider's rule, as configuration names it
     * @param limit what it allows
     * @param needed the least that would be needed; more than the limit
     */
    record Overfull(String rule, long limit, long needed) implements Packing {}
}
