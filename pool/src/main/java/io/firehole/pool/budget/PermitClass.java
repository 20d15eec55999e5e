package io.firehole.pool.budget;

/**
 * What a permit is wanted for, the most urgent first.
 *
 * <p>Each class may fill a rule only up to its share, so that what is left above it stays in reserve for more urgent
 * ones: trunk reservation, as telephone exchanges do it. The shares are those with which, in a simulation of dropping
 * and flapping streams under a rule of 60 per minute, a reserve of 20 brought the median wait of the high group from 32 s
 * to nothing.
 */
public enum PermitClass {
    /** A connection of the high group is gone and its monitors wait: everything. */
    RECONNECT_HIGH(60),
    /** The same for the medium group. */
    RECONNECT_MEDIUM(50),
    /** A connection that did not exist before. */
    FIRST_CONNECT(40),
    /** A connection of the low group is gone. */
    RECONNECT_LOW(40),
    /** A person or a script asked to renew a connection that works. */
    MANUAL(30);

    private static final int WHOLE = 60;

    private final int sixtieths;

    PermitClass(int sixtieths) {
        this.sixtieths = sixtieths;
    }

    /** How many live entries of a rule this class may bring it to: its share of {@code max}, at least 1. */
    public int limit(int max) {
        return Math.max(1, (int) ((long) max * sixtieths / WHOLE));
    }
}
