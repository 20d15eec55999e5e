package io.firehole.simulator.chain;

import java.util.Arrays;

/** Which slots have a block and who descends from whom. Immutable; a death makes a new one. */
final class Lineage {
    /** Deaths remembered; a chain that reaches this many refuses to lose further slots. */
    static final int DEATHS_MAX = 65_536;

    /** Takes block heights well away from slot numbers, as on mainnet, so that nobody can confuse the two. */
    private static final long HEIGHT_BELOW_SLOT = 1_000_000;

    private final ChainCalendar calendar;
    private final long[] dead;

    Lineage(ChainCalendar calendar) {
        this(calendar, new long[0]);
    }

    private Lineage(ChainCalendar calendar, long[] dead) {
        this.calendar = calendar;
        this.dead = dead;
    }

    /** This lineage without that slot, which must be newer than all that died before. */
    Lineage withDeath(long slot) {
        if (dead.length == DEATHS_MAX) {
            throw new IllegalStateException("no further slot can die: " + DEATHS_MAX + " did, which is the limit");
        }
        long[] more = Arrays.copyOf(dead, dead.length + 1);
        more[dead.length] = slot;
        return new Lineage(calendar, more);
    }

    boolean skipped(long slot) {
        return calendar.skipped(slot);
    }

    boolean died(long slot) {
        return Arrays.binarySearch(dead, slot) >= 0;
    }

    boolean hasBlock(long slot) {
        return !skipped(slot) && !died(slot);
    }

    /** The newest slot below that one that has a block. */
    long parent(long slot) {
        long parent = slot - 1;
        while (!hasBlock(parent)) {
            parent--;
        }
        return parent;
    }

    /** How many blocks lie below a slot; the height of its own block if it has one. */
    long height(long slot) {
        int found = Arrays.binarySearch(dead, slot);
        int deadBelow = found >= 0 ? found : -found - 1;
        return slot - calendar.skippedBelow(slot) - deadBelow - HEIGHT_BELOW_SLOT;
    }

    /** The slot of the block that lies so many blocks below that slot's. */
    long ancestor(long slot, int blocks) {
        long ancestor = slot;
        for (int i = 0; i < blocks; i++) {
            ancestor = parent(ancestor);
        }
        return ancestor;
    }
}
