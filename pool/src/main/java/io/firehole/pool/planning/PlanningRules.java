package io.firehole.pool.planning;

import io.firehole.filters.profile.ProviderProfile;
import io.firehole.pool.merging.StreamRules;
import java.util.Map;

/**
 * By what a plan is made. Immutable.
 *
 * @param profile the name of the provider's profile, for people
 * @param stream what the request of one stream may hold
 * @param connectionsMax connections there may be
 * @param streamsPerConnection streams the provider allows on one connection
 * @param streamsMax streams the provider allows on all connections together
 * @param groups by the word of the group
 */
public record PlanningRules(
        String profile,
        StreamRules stream,
        int connectionsMax,
        int streamsPerConnection,
        int streamsMax,
        Map<String, GroupRules> groups) {

    /**
     * From that many streams on, one is kept free as long as filters can be united exactly instead: a monitor that moves, and
     * filters that are tried, need a call more for a moment.
     */
    private static final int STREAMS_WITH_RESERVE = 3;

    public PlanningRules {
        groups = Map.copyOf(groups);
    }

    /**
     * What one group may use.
     *
     * @param connections how many connections
     * @param monitorsPerConnection how many monitors share a connection before another one is opened
     */
    public record GroupRules(int connections, int monitorsPerConnection) {}

    /** Those of a provider, for a pool of so many connections. */
    public static PlanningRules of(ProviderProfile profile, int connectionsMax, Map<String, GroupRules> groups) {
        return new PlanningRules(
                profile.name(),
                StreamRules.of(profile),
                Math.min(connectionsMax, profile.connectionsMax()),
                profile.streamsPerConnection(),
                profile.streamsPerAccount(),
                groups);
    }

    GroupRules of(String group) {
        GroupRules rules = groups.get(group);
        if (rules == null) {
            throw new IllegalArgumentException("there are no rules for the group " + group);
        }
        return rules;
    }

    /** How many streams there may be before filters are united. */
    int streamsBeforeUniting() {
        return streamsMax >= STREAMS_WITH_RESERVE && streamsMax != ProviderProfile.UNLIMITED
                ? streamsMax - 1
                : streamsMax;
    }
}
