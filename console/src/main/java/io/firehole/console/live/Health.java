package io.firehole.console.live;

import java.util.List;

/**
 * Whether monitors are being served.
 *
 * @param served monitors' streams that are, or have asked for nothing
 * @param waiting those that are not yet, or not at the moment
 * @param failed those of them that wait for longer than {@link HealthWatch#GRACE}
 * @param reasons why it is degraded, for people; empty if it is healthy
 */
public record Health(int served, int waiting, int failed, List<String> reasons) {

    public Health {
        reasons = List.copyOf(reasons);
    }

    /** Whether nobody waits for longer than may be, and somebody who came now would be served. */
    public boolean isHealthy() {
        return reasons.isEmpty();
    }

    /** As answers call it. */
    public String word() {
        return isHealthy() ? "healthy" : "degraded";
    }
}
