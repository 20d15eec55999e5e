package io.firehole.gateway.stream;

import java.util.concurrent.atomic.LongAdder;

/** Counts what all relayed calls of a gateway do. Any thread; each number is exact once the calls are quiet. */
public final class RelayCounters {

    private final LongAdder opened = new LongAdder();
    private final LongAdder closed = new LongAdder();
    private final LongAdder up = new LongAdder();
    private final LongAdder down = new LongAdder();
    private final LongAdder downBytes = new LongAdder();
    private final LongAdder stalled = new LongAdder();
    private final LongAdder failed = new LongAdder();

    void callOpened() {
        opened.increment();
    }

    void callClosed() {
        closed.increment();
    }

    void sentUp() {
        up.increment();
    }

    void wrote(int messages, int bytes) {
        down.add(messages);
        downBytes.add(bytes);
    }

    void stalledCallCut() {
        stalled.increment();
    }

    void callFailed() {
        failed.increment();
    }

    /** The numbers as they are now. */
    public Snapshot snapshot() {
        long closedNow = closed.sum(); // before opened, so that a call which comes and goes meanwhile is not negative
        return new Snapshot(
                opened.sum() - closedNow,
                opened.sum(),
                up.sum(),
                down.sum(),
                downBytes.sum(),
                stalled.sum(),
                failed.sum());
    }

    /**
     * What the relayed calls of a gateway have done since it started.
     *
     * @param open calls there are now
     * @param opened calls there have been
     * @param messagesUp handed to the provider
     * @param messagesDown begun to be written to clients
     * @param bytesDown written to clients
     * @param stalled calls cut off because their client took nothing
     * @param failed calls that ended with an error status, by whomsoever's fault
     */
    public record Snapshot(
            long open, long opened, long messagesUp, long messagesDown, long bytesDown, long stalled, long failed) {}
}
