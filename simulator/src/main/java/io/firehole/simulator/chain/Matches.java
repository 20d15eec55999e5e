package io.firehole.simulator.chain;

/**
 * What one compiled filter set matches in this chain, worked out once, since every slot carries the same transactions
 * and accounts; then turning a {@link RingEvent} into messages is copying.
 *
 * <p>Immutable and shared freely between threads. Made by {@code Chain.match(FilterSet)}.
 */
public final class Matches {
    /** Where {@link #write} starts with an event. */
    public static final int START = 0;

    /** What {@link #write} returns when nothing is left of an event. */
    public static final int DONE = -1;

    Matches() {}

    /**
     * Gives the sink the messages of this event that the filters match, in order, one per kind with all matching names
     * in {@code filters}; blocks one per name.
     *
     * @param at {@link #START}, or what the last call for this event returned
     * @return {@link #DONE}, or where to go on, if the sink stopped
     */
    public int write(RingEvent event, int at, UpdateSink sink) {
        return DONE;
    }
}
