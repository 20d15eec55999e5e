package io.firehole.pool;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How many connections each group may have.
 *
 * <p>A group's share of the maximum is rounded down, but to no less than one. If that makes more than the maximum, the
 * largest gives one up, and of equal ones the less important, as long as it keeps one. So with three connections or more
 * each group has one that the others leave to it; with fewer those that are there first have one, and the others share.
 *
 * <p>What the shares leave is the reserve. No group grows into it by having many monitors, which move closer together
 * instead. It is there for a monitor that would otherwise be refused: see {@link Placement}.
 *
 * @param reserve what no group's share holds
 */
record Shares(Map<Group, Integer> each, int reserve) {

    /** Beginning with the one that gives up first. */
    private static final List<Group> LEAST_FIRST = List.of(Group.LOW, Group.MEDIUM, Group.HIGH);

    /** Shares are written in percent: what is lost in their binary form must not cost a connection. */
    private static final double ROUNDING = 1e-9;

    static Shares of(PoolConfig config) {
        int max = config.maxConnections();
        Map<Group, Integer> each = new EnumMap<>(Group.class);
        int sum = 0;
        double shares = 0;
        for (Group group : LEAST_FIRST) {
            shares += config.limits(group).share();
            int share = Math.max(1, (int) (max * config.limits(group).share() + ROUNDING));
            each.put(group, share);
            sum += share;
        }
        // Shares of more than everything are meant so: who comes first has them.
        while (shares <= 1 + ROUNDING && sum > Math.max(max, LEAST_FIRST.size())) {
            Group largest = LEAST_FIRST.getFirst();
            for (Group group : LEAST_FIRST) {
                if (each.getOrDefault(group, 0) > each.getOrDefault(largest, 0)) {
                    largest = group;
                }
            }
            each.merge(largest, -1, Integer::sum);
            sum--;
        }
        return new Shares(each, Math.max(0, max - sum));
    }

    int of(Group group) {
        return each.getOrDefault(group, 1);
    }
}
