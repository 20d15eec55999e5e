package io.firehole.simulator.chain;

import java.util.Arrays;
import java.util.List;

/**
 * The order in which a slot's data arrive, and its rhythm: for each entry its transactions, each behind its account
 * updates, then the entry; at the end what no transaction wrote. Times follow the recorded arrival of the entries,
 * stretched over the part of a slot in which data come.
 *
 * <p>A position is a place in that order. Data are sent in chunks, all positions that came in the same few milliseconds.
 */
final class SlotLayout {
    /** How long the data of one chunk are collected, at speed 1. */
    static final int CHUNK_MICROS = 5_000;

    /** COMPLETED comes behind the chunk in which this share of the data was reached. */
    private static final double COMPLETED_SHARE = 0.97;

    private static final int KIND_BITS = 2;
    static final int ACCOUNT = 0;
    static final int TRANSACTION = 1;
    static final int ENTRY = 2;

    private final int[] order;
    private final int[] chunkEnd;
    private final int completedChunk;

    /**
     * Lays out one slot.
     *
     * @param transactionsOf how many transactions each entry has
     * @param arrivedMicros when each entry arrived, after the first
     */
    SlotLayout(PlayedBlock block, int[] transactionsOf, List<Long> arrivedMicros) {
        int transactions = block.transactions().size();
        int accounts = block.accounts().size();
        int entries = transactionsOf.length;
        order = new int[transactions + accounts + entries];
        int chunks = (int) ((ChainCalendar.DATA_TO_MICROS - ChainCalendar.DATA_FROM_MICROS) / CHUNK_MICROS);
        chunkEnd = new int[chunks];
        long span = Math.max(1, arrivedMicros.get(entries - 1));
        int at = 0;
        int transaction = 0;
        int account = 0;
        for (int entry = 0; entry < entries; entry++) {
            for (int end = transaction + transactionsOf[entry]; transaction < end; transaction++) {
                for (; account < accounts && block.writer().get(account) == transaction; account++) {
                    order[at++] = (account << KIND_BITS) | ACCOUNT;
                }
                order[at++] = (transaction << KIND_BITS) | TRANSACTION;
            }
            order[at++] = (entry << KIND_BITS) | ENTRY;
            chunkEnd[(int) Math.min(chunks - 1, arrivedMicros.get(entry) * chunks / span)] = at;
        }
        for (; account < accounts; account++) {
            order[at++] = (account << KIND_BITS) | ACCOUNT;
        }
        chunkEnd[chunks - 1] = at;
        for (int chunk = 1; chunk < chunks; chunk++) {
            chunkEnd[chunk] = Math.max(chunkEnd[chunk], chunkEnd[chunk - 1]);
        }
        int completedAt = (int) (at * COMPLETED_SHARE);
        completedChunk =
                (int) Arrays.stream(chunkEnd).filter(end -> end < completedAt).count();
    }

    /** How many positions there are. */
    int size() {
        return order.length;
    }

    int kind(int position) {
        return order[position] & ((1 << KIND_BITS) - 1);
    }

    /** Which account, transaction or entry. */
    int index(int position) {
        return order[position] >> KIND_BITS;
    }

    int chunks() {
        return chunkEnd.length;
    }

    int chunkFrom(int chunk) {
        return chunk == 0 ? 0 : chunkEnd[chunk - 1];
    }

    int chunkTo(int chunk) {
        return chunkEnd[chunk];
    }

    /** When a chunk is due, in microseconds after the slot's beginning. */
    static long dueMicros(int chunk) {
        return ChainCalendar.DATA_FROM_MICROS + (long) (chunk + 1) * CHUNK_MICROS;
    }

    /** The chunk behind which COMPLETED comes. */
    int completedChunk() {
        return completedChunk;
    }
}
