package io.firehole.simulator.truth;

import io.firehole.filters.tally.Tally;
import io.firehole.wire.UpdateKind;
import java.util.Map;

/** What {@link Truth#expected} answers. */
public sealed interface TruthAnswer {
    /**
     * Per kind and filter name what arrives under that name. Every name the request has is there, with an empty tally if
     * nothing matches; kinds it does not ask for are not.
     */
    record Known(Map<UpdateKind, Map<String, Tally>> tallies) implements TruthAnswer {}

    /**
     * The range has not played out for this request: 409.
     *
     * @param to the last slot asked for
     * @param finalTo the last slot of which everything is known, for this request
     */
    record NotFinal(long to, long finalTo) implements TruthAnswer {}

    /** Not a question this can answer: 400. The reason names what and the limit. */
    record Refused(String reason) implements TruthAnswer {}
}
