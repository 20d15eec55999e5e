package io.firehole.simulation;

import java.util.random.RandomGenerator;

/** Choices made by bytes, one after the other, so that whoever changes a byte changes one choice. */
final class ByteChoices implements RandomGenerator {

    private static final int BYTE = 256;

    private final byte[] bytes;
    private int next;

    ByteChoices(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Behind the last byte everything is as large as can be, which ends what goes on by chance. */
    @Override
    public int nextInt(int bound) {
        if (next >= bytes.length) {
            return bound - 1;
        }
        int choice = bytes[next++] & 0xff;
        if (bound > BYTE && next < bytes.length) {
            choice = choice << Byte.SIZE | (bytes[next++] & 0xff);
        }
        return choice % bound;
    }

    @Override
    public long nextLong() {
        return nextInt(Integer.MAX_VALUE);
    }
}
