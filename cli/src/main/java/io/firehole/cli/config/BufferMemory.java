package io.firehole.cli.config;

import io.firehole.pool.SlowMonitorRules;

/** How much memory all buffers may hold: a part of the heap, or a size. */
sealed interface BufferMemory {

    long BYTES_MIN = 1L << 20;

    /** In bytes, on this machine. */
    long bytes();

    /** As {@link #parse} reads it. */
    String show();

    /** From 1 % to 75 % of the heap, the rest of which others need, or at least 1 MiB. */
    static BufferMemory parse(String text) {
        if (text.strip().endsWith("%")) {
            double share = Values.share(text);
            if (share < 0.01 || share > 0.75) {
                throw new IllegalArgumentException("must be from 1% to 75% of the heap, or a size");
            }
            return new PartOfHeap(share);
        }
        long bytes = Values.bytes(text);
        if (bytes < BYTES_MIN) {
            throw new IllegalArgumentException("must be at least " + Values.showBytes(BYTES_MIN));
        }
        return new Size(bytes);
    }

    /**
     * A part of the heap.
     *
     * @param share of what the heap can grow to
     */
    record PartOfHeap(double share) implements BufferMemory {

        @Override
        public long bytes() {
            return SlowMonitorRules.ofHeap(share);
        }

        @Override
        public String show() {
            return Values.showShare(share);
        }
    }

    /** So many bytes. */
    record Size(long bytes) implements BufferMemory {

        @Override
        public String show() {
            return Values.showBytes(bytes);
        }
    }
}
