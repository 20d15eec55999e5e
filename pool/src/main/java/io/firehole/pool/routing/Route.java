package io.firehole.pool.routing;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One label: since which merged request it is known to the provider, and whom it is for. Made on the control thread, then
 * used by one event loop.
 */
public final class Route {

    private static final Target[] NOBODY = {};

    final int label;
    final int since;

    /** Stands for the filter, on all calls alike. */
    final long filter;

    /** Whom everything is for that comes for the label; nobody if it stands for a union. */
    final Target[] targets;

    /** Sorts what comes for a union; null if the label does not stand for one. */
    final @Nullable LocalMatch match;

    /** Whom it is for by the filter of {@link #match} it matches. */
    private final Target[][] byFilter;

    final @Nullable UnionCounts counts;

    /** Scratch of the router: the turn in which this label was last seen. */
    long turn;

    /**
     * A label of one filter.
     *
     * @param label its number
     * @param since the number of the merged request that had it first
     * @param targets whom it is for; empty while it lingers
     */
    public Route(int label, int since, List<Target> targets) {
        this(label, since, 0, targets);
    }

    /**
     * A label of one filter that has to be known again on other calls, as one of blocks has.
     *
     * @param label its number
     * @param since the number of the merged request that had it first
     * @param filter stands for the filter, on all calls alike
     * @param targets whom it is for; empty while it lingers
     */
    public Route(int label, int since, long filter, List<Target> targets) {
        this.filter = filter;
        this.label = label;
        this.since = since;
        this.targets = targets.toArray(Target[]::new);
        this.match = null;
        this.byFilter = new Target[0][];
        this.counts = null;
    }

    /**
     * A label of a union.
     *
     * @param label its number
     * @param since the number of the merged request that had it first
     * @param match the filters
     * @param targets whom it is for, by filter
     * @param counts where to count
     */
    public Route(int label, int since, LocalMatch match, List<List<Target>> targets, UnionCounts counts) {
        this.label = label;
        this.since = since;
        this.filter = 0;
        this.targets = NOBODY;
        this.match = match;
        this.byFilter =
                targets.stream().map(each -> each.toArray(Target[]::new)).toArray(Target[][]::new);
        this.counts = counts;
    }

    /** Adds the ids of those who are to get all for the label of that slot, or of an earlier one. */
    void addMonitors(long slot, Set<String> ids) {
        add(targets, slot, ids);
        for (Target[] each : byFilter) {
            add(each, slot, ids);
        }
    }

    private static void add(Target[] targets, long slot, Set<String> ids) {
        for (Target target : targets) {
            target.term.addMonitor(slot, ids);
        }
    }

    /** Adds the ids of all, whatever they are to get. */
    void addAllMonitors(Set<String> ids) {
        addAll(targets, ids);
        for (Target[] each : byFilter) {
            addAll(each, ids);
        }
    }

    private static void addAll(Target[] targets, Set<String> ids) {
        for (Target target : targets) {
            ids.add(target.term.recipient().monitor());
        }
    }

    /** Whom what matches that filter is for. */
    Target[] targets(String filter) {
        return byFilter[Integer.parseInt(filter)];
    }
}
