package io.firehole.pool.routing;

import java.util.List;

/** One label: since which merged request it is known to the provider, and whom it is for. */
public final class Route {

    final int label;
    final int since;
    final Target[] targets;

    /** Scratch of the router: the turn in which this label was last seen. */
    long turn;

    /**
     * @param label its number
     * @param since the number of the merged request that had it first
     * @param targets whom it is for; empty while it lingers
     */
    public Route(int label, int since, List<Target> targets) {
        this.label = label;
        this.since = since;
        this.targets = targets.toArray(Target[]::new);
    }
}
