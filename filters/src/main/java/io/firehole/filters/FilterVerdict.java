package io.firehole.filters;

import java.util.Optional;

/**
 * Whether one filter lets something pass, for people who ask why.
 *
 * @param kind in which map of the request the filter stands
 * @param name what the request calls it
 * @param objection the first condition that did not hold, with what was found instead; empty if the filter passes
 */
public record FilterVerdict(FilterKind kind, String name, Optional<String> objection) {

    /** Whether the update goes out under this filter's name. */
    public boolean passes() {
        return objection.isEmpty();
    }
}
