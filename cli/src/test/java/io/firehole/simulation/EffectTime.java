package io.firehole.simulation;

import io.firehole.filters.profile.ProviderProfile;
import io.firehole.filters.profile.Rate;
import java.time.Duration;

/** By when a request must be in effect. */
final class EffectTime {

    /** A batch, a connection, a trial on a call of its own, the way up, and something that shows it. */
    private static final Duration USUAL = Duration.ofSeconds(2);

    /** Where requests are rationed, streams wait for each other. */
    private static final int TURNS = 12;

    private EffectTime() {}

    static Duration of(ProviderProfile profile) {
        Duration time = USUAL;
        for (Rate rate : profile.requests()) {
            time = time.plus(rate.per().multipliedBy(TURNS).dividedBy(rate.max()));
        }
        for (Rate rate : profile.subscribes()) {
            time = time.plus(rate.per().multipliedBy(TURNS).dividedBy(rate.max()));
        }
        return time;
    }
}
