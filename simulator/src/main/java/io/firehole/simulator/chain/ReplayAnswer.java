package io.firehole.simulator.chain;

import java.util.List;

/** What a {@code from_slot} meets. */
public sealed interface ReplayAnswer {
    /**
     * The slots from there to the newest at the level, ascending; each as data, Block, BlockMeta and the statuses so far.
     * The slot in progress is not among them.
     */
    record Replayed(List<RingEvent> events) implements ReplayAnswer {}

    /** Older than what is kept: OUT_OF_RANGE {@code broadcast from X is not available, last available: Y}. */
    record OutOfRange(long requested, long oldest) implements ReplayAnswer {}

    /** Newer than the newest block at the level: INTERNAL {@code failed to get replay response}. */
    record NothingToReplay() implements ReplayAnswer {}

    /** Replay is switched off: INTERNAL {@code from_slot is not supported}. */
    record Off() implements ReplayAnswer {}
}
