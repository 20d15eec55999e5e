package io.firehole.pool.routing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every label of a call and whom it is for. Made on the control thread and then only read; one router uses it.
 *
 * <p>Labels only ever rise, and most of them are long gone, so the table is a small hash of those alive: open
 * addressing over ints, at most half full, no boxing.
 */
public final class RoutingTable {

    /** A table without labels. */
    public static final RoutingTable EMPTY = new RoutingTable(List.of(), List.of());

    private final @Nullable Route[] slots;
    private final int mask;
    private final Term[] openTerms;

    /** Whom the internal slots filter serves as well. */
    final @Nullable Route byEpoch;

    /** Whom the internal blocks_meta filter serves as well. */
    final @Nullable Route bySeal;

    /**
     * @param routes every label that the provider may still send
     * @param openTerms the terms of which it is not yet known that they are served, or from which slot on
     */
    public RoutingTable(Collection<Route> routes, Collection<Term> openTerms) {
        this(routes, openTerms, null, null);
    }

    /**
     * @param routes every label that the provider may still send
     * @param openTerms the terms of which it is not yet known that they are served, or from which slot on
     * @param byEpoch whom the internal slots filter serves as well, from the request of its {@code since} on; null if
     *     nobody
     * @param bySeal the same for the internal blocks_meta filter
     */
    public RoutingTable(
            Collection<Route> routes, Collection<Term> openTerms, @Nullable Route byEpoch, @Nullable Route bySeal) {
        this.byEpoch = byEpoch;
        this.bySeal = bySeal;
        int size = Math.max(2, Integer.highestOneBit(Math.max(1, routes.size() * 2 - 1)) << 1);
        this.slots = new Route[size];
        this.mask = size - 1;
        this.openTerms = openTerms.toArray(Term[]::new);
        for (Route route : routes) {
            int at = spread(route.label);
            while (slots[at] != null) {
                at = (at + 1) & mask;
            }
            slots[at] = route;
        }
    }

    /** The label with that number, or null if it is unknown. */
    @Nullable
    Route route(int label) {
        int at = spread(label);
        while (true) {
            Route route = slots[at];
            if (route == null || route.label == label) {
                return route;
            }
            at = (at + 1) & mask;
        }
    }

    /** Whom a label serves, be it internal or not; null if nobody. */
    @Nullable
    Route routeOf(long label) {
        if (label == LabelText.FOREIGN) {
            return null;
        }
        if (LabelText.isInternal(label)) {
            return LabelText.isSeal(label) ? bySeal : byEpoch;
        }
        return route((int) label);
    }

    /** Every label. */
    List<Route> routes() {
        List<Route> all = new ArrayList<>();
        for (Route route : slots) {
            if (route != null) {
                all.add(route);
            }
        }
        if (byEpoch != null) {
            all.add(byEpoch);
        }
        if (bySeal != null) {
            all.add(bySeal);
        }
        return all;
    }

    /** Begins the terms that this request serves; false if none of them was new. */
    boolean begin(int request, SlotTrack slots) {
        boolean any = false;
        for (Term term : openTerms) {
            any |= term.from() <= request && term.begin(slots);
        }
        return any;
    }

    /** The terms that may still be looking for their first whole slot. */
    Term[] openTerms() {
        return openTerms;
    }

    private int spread(int label) {
        return (label * 0x9E3779B9) >>> 7 & mask;
    }
}
