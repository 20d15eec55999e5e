package io.firehole.gateway.stream;

import java.util.concurrent.atomic.LongAdder;

/** Counts what all streams of a gateway do. Any thread; each number is exact once the streams are quiet. */
public final class StreamCounters {

    private final LongAdder opened = new LongAdder();
    private final LongAdder closed = new LongAdder();
    private final LongAdder requests = new LongAdder();
    private final LongAdder pings = new LongAdder();
    private final LongAdder writes = new LongAdder();
    private final LongAdder messages = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder stalled = new LongAdder();
    private final LongAdder failed = new LongAdder();

    void streamOpened() {
        opened.increment();
    }

    void streamClosed() {
        closed.increment();
    }

    void requestTaken() {
        requests.increment();
    }

    void pingAnswered() {
        pings.increment();
    }

    void wrote(int messagesBegun, int bytesWritten) {
        writes.increment();
        messages.add(messagesBegun);
        bytes.add(bytesWritten);
    }

    void stalledStreamCut() {
        stalled.increment();
    }

    void streamFailed() {
        failed.increment();
    }

    /** The numbers as they are now. */
    public Snapshot snapshot() {
        long closedNow = closed.sum(); // before opened, so that a stream which comes and goes meanwhile is not negative
        return new Snapshot(
                opened.sum() - closedNow,
                opened.sum(),
                requests.sum(),
                pings.sum(),
                writes.sum(),
                messages.sum(),
                bytes.sum(),
                stalled.sum(),
                failed.sum());
    }

    /**
     * What the streams of a gateway have done since it started.
     *
     * @param open streams there are now
     * @param opened streams there have been
     * @param requests for filters, good or bad
     * @param pings of clients that were answered
     * @param writes buffers handed to clients' connections
     * @param messages begun in those writes, pings and pongs too
     * @param bytes in those writes
     * @param stalled streams cut off because their client took nothing
     * @param failed streams ended with an error status, by whomsoever's fault
     */
    public record Snapshot(
            long open,
            long opened,
            long requests,
            long pings,
            long writes,
            long messages,
            long bytes,
            long stalled,
            long failed) {

        /** How many messages a write carries on average; 0 before the first. */
        public double messagesPerWrite() {
            return writes == 0 ? 0 : (double) messages / writes;
        }
    }
}
