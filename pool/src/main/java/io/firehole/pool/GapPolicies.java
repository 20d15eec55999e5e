package io.firehole.pool;

import java.util.Objects;

/**
 * What becomes of whose stream when it has a gap.
 *
 * @param usual of those who are not named
 * @param named of those who are, by name or pattern
 */
public record GapPolicies(GapPolicy usual, MonitorNames<GapPolicy> named) {

    /** Everybody goes on. */
    public static final GapPolicies DEFAULT = new GapPolicies(GapPolicy.GO_ON, MonitorNames.none());

    public GapPolicies {
        Objects.requireNonNull(usual, "usual");
        Objects.requireNonNull(named, "named");
    }

    /** That monitor's. */
    public GapPolicy of(String monitorId) {
        return named.of(monitorId).orElse(usual);
    }
}
