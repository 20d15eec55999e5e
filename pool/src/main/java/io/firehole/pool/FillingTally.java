package io.firehole.pool;

/** What came of filling gaps. Control thread. */
final class FillingTally {

    private long fillings;
    private long slotsFilled;
    private long slotsFailed;
    private long slotsNotAsked;
    private long transactions;
    private long bytes;

    /** One is over. */
    void add(Filling one, long delivered, long fetchedBytes) {
        bytes += fetchedBytes;
        fillings++;
        slotsFilled += one.slotsFilled();
        slotsFailed += one.slotsFailed();
        slotsNotAsked += one.slotsNotAsked();
        transactions += delivered;
    }

    PoolStats.FillingStats stats() {
        return new PoolStats.FillingStats(fillings, slotsFilled, slotsFailed, slotsNotAsked, transactions, bytes);
    }
}
