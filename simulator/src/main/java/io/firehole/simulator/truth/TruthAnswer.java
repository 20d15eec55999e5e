package io.firehole.simulator.truth;

/** What {@link Truth#expected} answers. */
public sealed interface TruthAnswer {
    // Known(kind -> name -> Tally) comes with io.firehole.filters.tally.

    /**
     * The range has not played out for this request: 409.
     *
     * @param finalTo the last slot about which all is known, for this request
     */
    record NotFinal(long to, long finalTo) implements TruthAnswer {}

    /** The range is not one this can answer for (reversed, or too long): 400. */
    record Refused(String reason) implements TruthAnswer {}
}
