package io.firehole.pool.memory;

/** How near to its limit a {@link MemoryBudget} is, and so what is done about it. Each step has what those before it have. */
public enum MemoryPressure {
    /** Nothing is done. */
    NONE(0),
    /** From 85 %: new monitors are refused. */
    REFUSING(85),
    /** From 92 %: mailboxes have half their size. */
    TIGHT(92),
    /** From 97 %: the monitors for which most waits are cut. */
    CUTTING(97),
    /** At 100 %: a mailbox takes in hardly anything that it cannot give away at once. */
    FULL(100);

    /** By how many percent of the limit less must be held before a step is taken back. */
    static final int SLACK_PERCENT = 5;

    private static final MemoryPressure[] STEPS = values();

    private final int percent;

    MemoryPressure(int percent) {
        this.percent = percent;
    }

    /** From which part of the limit on, in percent. */
    public int percent() {
        return percent;
    }

    /** Whether this is that step, or one beyond it. */
    public boolean isAtLeast(MemoryPressure other) {
        return compareTo(other) >= 0;
    }

    /** The step for so many bytes of a limit, coming from another step. */
    static MemoryPressure of(long bytes, long max, MemoryPressure before) {
        for (int i = STEPS.length - 1; i > 0; i--) {
            MemoryPressure step = STEPS[i];
            int from = before.isAtLeast(step) ? step.percent - SLACK_PERCENT : step.percent;
            if (bytes >= max / 100.0 * from) {
                return step;
            }
        }
        return NONE;
    }
}
