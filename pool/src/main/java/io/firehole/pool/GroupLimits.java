package io.firehole.pool;

import java.util.EnumMap;
import java.util.Map;

/**
 * What a frequency group may use.
 *
 * @param share of the pool's connections, from 0 to 1; every group that is used gets at least one connection
 * @param streamsPerConnection how many monitors' streams share a connection before the group opens another one
 */
public record GroupLimits(double share, int streamsPerConnection) {

    public GroupLimits {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share must be from 0 to 1, was " + share);
        }
        if (streamsPerConnection < 1) {
            throw new IllegalArgumentException(
                    "streams-per-connection must be at least 1, was " + streamsPerConnection);
        }
    }

    /** 40, 30 and 20 percent with 5, 10 and 15 streams; 10 percent stay in reserve. */
    public static Map<Group, GroupLimits> defaults() {
        Map<Group, GroupLimits> limits = new EnumMap<>(Group.class);
        limits.put(Group.HIGH, new GroupLimits(0.40, 5));
        limits.put(Group.MEDIUM, new GroupLimits(0.30, 10));
        limits.put(Group.LOW, new GroupLimits(0.20, 15));
        return limits;
    }
}
