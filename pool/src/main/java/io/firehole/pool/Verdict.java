package io.firehole.pool;

import io.firehole.wire.GrpcStatus;

/** What came of trying a monitor's filters before they were merged with those of others. */
sealed interface Verdict {

    /** The provider takes them, with those of the others on the stream. */
    record Taken() implements Verdict {}

    /**
     * The provider does not take them, whoever asks.
     *
     * @param why in its own words
     * @param remembered whether it was not asked now, but a moment ago
     */
    record Refused(GrpcStatus why, boolean remembered) implements Verdict {}

    /**
     * The provider takes them, but not together with what the stream asks already: who asks looks for a place anew.
     *
     * @param why in its own words
     */
    record Apart(GrpcStatus why) implements Verdict {}

    /**
     * The provider could not be asked.
     *
     * @param cause why not
     */
    record Unknown(String cause) implements Verdict {}

    /**
     * The provider's rules leave no room for a trial, now or ever.
     *
     * @param cause which
     */
    record Untriable(String cause) implements Verdict {}

    /** The stream for which they were tried is gone: who asks looks for a place anew. */
    record Moot() implements Verdict {}
}
