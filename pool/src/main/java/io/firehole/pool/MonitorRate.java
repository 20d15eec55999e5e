package io.firehole.pool;

import java.time.Duration;

/** How often a monitor receives, from what its mailbox counts anyway, and which group that suggests. Control thread. */
final class MonitorRate {

    /** How far back the average reaches: what is older by that counts a third. */
    static final Duration MEMORY = Duration.ofSeconds(60);

    private boolean measuring;
    private long atNanos;
    private long counted;

    /** The average, as far as what was measured so far can make it up. */
    private double part;

    /** Which part that is, from 0 to 1: without it the first minute would look slower than it is. */
    private double weight;

    private Group suggested;
    private Group candidate;
    private long candidateSinceNanos;

    /** @param group what is suggested as long as nothing is known */
    MonitorRate(Group group) {
        this.suggested = group;
        this.candidate = group;
    }

    /**
     * Takes note of what the monitor has received by now.
     *
     * @param served whether it is served at all: what it cannot receive says nothing of its rate
     */
    void measure(boolean served, long updates, long nowNanos, GroupRates rules) {
        if (measuring && served && nowNanos > atNanos) {
            double seconds = (nowNanos - atNanos) / 1e9;
            double keep = Math.exp(-seconds / MEMORY.toSeconds());
            part = part * keep + (1 - keep) * (updates - counted) / seconds;
            weight = weight * keep + 1 - keep;
            suggest(rules.fitting(perSecond(), suggested), nowNanos, rules);
        } else if (!served) {
            candidate = suggested;
        }
        measuring = served;
        atNanos = nowNanos;
        counted = updates;
    }

    private void suggest(Group fitting, long nowNanos, GroupRates rules) {
        if (fitting != candidate) {
            candidate = fitting;
            candidateSinceNanos = nowNanos;
        }
        if (candidate != suggested
                && nowNanos - candidateSinceNanos >= rules.steadyFor().toNanos()) {
            suggested = candidate;
        }
    }

    /** Updates a second, averaged over about a minute; 0 while nothing is known. */
    double perSecond() {
        return weight == 0 ? 0 : part / weight;
    }

    /** The group that fits. */
    Group suggested() {
        return suggested;
    }
}
