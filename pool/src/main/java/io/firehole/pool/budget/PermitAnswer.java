package io.firehole.pool.budget;

/** What became of a request for a permit. */
public sealed interface PermitAnswer {

    /**
     * Connect now, once.
     *
     * @param permit tells whether it is still fresh, and takes the outcome
     */
    record Granted(Permit permit) implements PermitAnswer {}

    /**
     * No permit will come.
     *
     * @param reason in words, with the limit
     */
    record Refused(String reason) implements PermitAnswer {}
}
