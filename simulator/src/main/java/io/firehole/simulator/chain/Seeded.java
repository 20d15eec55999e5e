package io.firehole.simulator.chain;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Numbers that depend on nothing but a seed and what they are for: the same question always gets the same answer, so
 * that any slot can be made again at any time. Finalizer of SplitMix64; for looks and distinctness, not for secrecy.
 */
record Seeded(long seed) {
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** What a number is for; two purposes never share a number. */
    enum Purpose {
        SKIP(1),
        ENTRIES(2),
        SIGNATURE(3),
        ENTRY_HASH(4),
        CONFIRMATION(5),
        FINALITY(6),
        DEATH(7);

        private final long number;

        Purpose(long number) {
            this.number = number;
        }
    }

    long number(Purpose purpose, long slot, long index) {
        long start = mix(seed + GOLDEN * purpose.number);
        return mix(mix(start ^ mix(slot + GOLDEN)) + index * GOLDEN);
    }

    /** A number from 0 (inclusive) to {@code bound} (exclusive). */
    int below(int bound, Purpose purpose, long slot) {
        return (int) Long.remainderUnsigned(number(purpose, slot, 0), bound);
    }

    /** Writes {@code longs * 8} bytes of the stream that begins with a number. */
    static void spread(long number, int longs, byte[] out, int at) {
        for (int i = 0; i < longs; i++) {
            LONGS.set(out, at + 8 * i, mix(number + (i + 1) * GOLDEN));
        }
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
