package io.firehole.simulator.rules;

import io.firehole.filters.profile.Profiles;
import io.firehole.filters.profile.ProviderProfile;
import io.firehole.filters.profile.Rate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the simulated provider allows, and how it answers to more connections.
 *
 * @param name under which it is asked for
 * @param profile what it allows: the same data from which a pool knows what it may do
 * @param overLimit what becomes of a connection beyond the rate of new ones, which no profile says
 */
public record ProviderRules(String name, ProviderProfile profile, OverLimit overLimit) {

    /** What is simulated if nothing else is said. */
    public static final String STANDARD = "standard";

    private static final String OPEN = "open";
    private static final String CONNECTS = "connects";

    public ProviderRules {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(profile, "profile");
        Objects.requireNonNull(overLimit, "overLimit");
    }

    /** Every name there is: {@link #STANDARD} and those of the profiles. */
    public static List<String> names() {
        List<String> names = new ArrayList<>(List.of(STANDARD));
        names.addAll(Profiles.NAMES);
        return names;
    }

    /**
     * The rules of that name.
     *
     * @throws IllegalArgumentException if there are none; the message says which there are
     */
    public static ProviderRules named(String name) {
        if (name.equals(STANDARD)) {
            return standard();
        }
        if (!Profiles.NAMES.contains(name)) {
            throw new IllegalArgumentException(
                    "there is no profile \"" + name + "\"; there are: " + String.join(", ", names()));
        }
        return new ProviderRules(name, Profiles.named(name), OverLimit.HTTP_429);
    }

    /** No limit but those that the reference server has when nothing is configured. */
    public static ProviderRules open() {
        return named(OPEN);
    }

    /** {@link #open()} behind a load balancer that lets 60 new connections through in 60 s and answers 429 beyond. */
    public static ProviderRules standard() {
        return new ProviderRules(STANDARD, Profiles.named(OPEN).with(Map.of(CONNECTS, "60/60s")), OverLimit.HTTP_429);
    }

    /**
     * The same with some figures overruled.
     *
     * @param values by their keys in a profile
     * @throws IllegalArgumentException for a key there is not or a value that is none; the message names both
     */
    public ProviderRules with(Map<String, String> values) {
        return new ProviderRules(name, profile.with(values), overLimit);
    }

    /** The same with another rate of new connections. */
    public ProviderRules withConnects(Rate rate) {
        return with(Map.of(CONNECTS, rate.toString()));
    }

    /** The same with another answer to connections beyond the rate. */
    public ProviderRules withOverLimit(OverLimit answer) {
        return new ProviderRules(name, profile, answer);
    }
}
