package io.firehole.cli.config;

import io.firehole.filters.profile.ProviderProfile;
import io.firehole.filters.profile.Rate;
import io.firehole.pool.PoolConfig;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.BudgetRule.Counts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a provider's profile makes of the settings that nobody has given, and which it does not permit. */
final class ProfileDefaults {

    /** How long mainnet takes for a slot. */
    private static final Duration SLOT = Duration.ofMillis(400);

    private final ProviderProfile profile;

    ProfileDefaults(ProviderProfile profile) {
        this.profile = profile;
    }

    /** Where a value comes from that the profile gave. */
    Origin origin() {
        return new Origin.Profile(profile.name());
    }

    /**
     * How many connections a pool has if nobody says a number: one less than the provider takes, since one that is
     * replaced lives on beside its successor for a while, and no more than there can be streams.
     */
    int maxConnections() {
        int withRoom = Math.max(1, profile.connectionsMax() - 1);
        return Math.min(PoolConfig.DEFAULT.maxConnections(), Math.min(withRoom, profile.streamsPerAccount()));
    }

    /** What is wrong with a number of connections that somebody did say; empty if the provider permits it. */
    Optional<String> tooMany(int connections) {
        if (connections > profile.connectionsMax()) {
            return Optional.of(tooMany(connections, profile.connectionsMax() + " open connections", "connections.max"));
        }
        if (connections > profile.streamsPerAccount()) {
            return Optional.of(tooMany(
                    connections,
                    profile.streamsPerAccount() + " streams, and a connection without one is of no use",
                    "streams.per-account"));
        }
        return Optional.empty();
    }

    private String tooMany(int connections, String allowed, String key) {
        return "pool.max-connections is " + connections + ", but the profile " + profile.name() + " allows " + allowed
                + "; lower it, or overrule " + key + " in upstream.limits";
    }

    /** The budget if nobody says one: the profile's rates; of new connections the usual one if it has none. */
    List<BudgetRule> budget() {
        List<BudgetRule> rules = new ArrayList<>(rules(profile.connects(), Counts.CONNECTS));
        if (rules.isEmpty()) {
            rules.add(BudgetRule.DEFAULT);
        }
        rules.addAll(rules(profile.subscribes(), Counts.SUBSCRIBES));
        return rules;
    }

    /** What the profile adds to a budget that somebody did say: its rates of calls, if that budget is silent about them. */
    List<BudgetRule> beside(List<BudgetRule> said) {
        return said.stream().allMatch(rule -> rule.counts() == Counts.CONNECTS)
                ? rules(profile.subscribes(), Counts.SUBSCRIBES)
                : List.of();
    }

    private static List<BudgetRule> rules(List<Rate> rates, Counts counts) {
        return rates.stream()
                .map(rate -> new BudgetRule(
                        rate.max(), rate.per(), counts, BudgetRule.Algorithm.INTERVAL_LOG, BudgetRule.TOKEN))
                .toList();
    }

    /** The pool's other rules as this provider permits them. */
    PoolConfig of(PoolConfig pool) {
        PoolConfig bounded = pool.withProfile(profile);
        return profile.replaySlots() == 0
                ? bounded
                : bounded.withReplayWindow(SLOT.multipliedBy(profile.replaySlots()));
    }
}
