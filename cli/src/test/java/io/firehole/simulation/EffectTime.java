package io.firehole.simulation;

import io.firehole.filters.profile.ProviderProfile;
import io.firehole.filters.profile.Rate;
import java.time.Duration;

/** By when a request must be in effect. */
final class EffectTime {

    /** A batch, a connection, a trial on a call of its own, the way up, and something that shows it. */
    private static final Duration USUAL = Duration.ofSeconds(2);

    /** Where requests are rationed: a trial, and the request itself. */
    private static final int REQUESTS_OF_AN_ACT = 4;

    /** Where streams are few others may have to move closer together first, which a monitor waits for so long. */
    private static final Duration FOR_ROOM = Duration.ofSeconds(10);

    private EffectTime() {}

    static Duration of(Story story) {
        long acts = story.parts().stream().mapToInt(part -> part.acts().size()).sum();
        Duration time = USUAL;
        for (Rate rate : story.profile().requests()) {
            time = time.plus(rate.per().multipliedBy(acts * REQUESTS_OF_AN_ACT).dividedBy(rate.max()));
        }
        boolean streamsAreFew = story.profile().streamsPerAccount() != ProviderProfile.UNLIMITED
                || story.profile().streamsPerConnection() != ProviderProfile.UNLIMITED;
        return streamsAreFew ? time.plus(FOR_ROOM) : time;
    }
}
