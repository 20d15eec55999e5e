package io.firehole.simulation;

import io.firehole.filters.profile.ProviderProfile;
import io.firehole.filters.profile.Rate;
import java.time.Duration;
import java.util.List;

/** By when a request must be in effect. */
final class EffectTime {

    /** A batch, a connection, a trial on a call of its own, the way up, and something that shows it. */
    private static final Duration USUAL = Duration.ofSeconds(2);

    /**
     * Who needs another call at the same level for what it asks now is handed over at the boundary of a slot: of one that
     * the new call has whole, slots that may have begun out of order left out, and the old call has to come there, too. What
     * is asked while that is being settled has to wait until it is.
     */
    private static final Duration FOR_A_HANDOVER = Duration.ofSeconds(4);

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
        if (!story.rules().isEmpty() || story.parts().stream().anyMatch(EffectTime::changesItsCall)) {
            time = time.plus(FOR_A_HANDOVER);
        }
        boolean streamsAreFew = story.profile().streamsPerAccount() != ProviderProfile.UNLIMITED
                || story.profile().streamsPerConnection() != ProviderProfile.UNLIMITED;
        return streamsAreFew ? time.plus(FOR_ROOM) : time;
    }

    /** Whether it asks for what one call cannot serve. */
    private static boolean changesItsCall(Story.Part part) {
        return part.acts().stream()
                        .filter(Story.Act.Ask.class::isInstance)
                        .map(Story.Act.Ask.class::cast)
                        .map(ask -> List.of(
                                ask.request().getAccountsDataSliceList(),
                                ask.request().getUnknownFields()))
                        .distinct()
                        .count()
                > 1;
    }
}
