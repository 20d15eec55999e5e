package io.firehole.cli.demo;

import java.util.List;

/** What one monitor must receive, as the provider knows it. Any thread. */
interface Expectation {

    /** The newest slot of which all that the monitor can see has been sent. */
    long finalTo();

    /** The newest slot that may have begun to be sent at the monitor's commitment. */
    long begunTo();

    /** Everything for the slots {@code from} to {@code to}, both inclusive, of which none is after {@link #finalTo}. */
    List<Receipt> of(long from, long to);

    /** Of that, what the provider can send once more. */
    List<Receipt> replayable(long from, long to);
}
