package io.firehole.cli.demo;

/**
 * How what one monitor received, or all together, compares with what was to come.
 *
 * @param deliveries updates with data received
 * @param checked slots compared as a whole
 * @param expected updates, each counted per filter name, that were to come in those
 * @param lost of them did not come, and no gap said so
 * @param withinGaps of them did not come, as a recorded gap says
 * @param duplicated came more often than once
 * @param misrouted came under a name, or at all, though they were not for it
 */
public record Verdict(
        long deliveries, long checked, long expected, long lost, long withinGaps, long duplicated, long misrouted) {

    /** Nothing received, nothing compared. */
    public static final Verdict NOTHING = new Verdict(0, 0, 0, 0, 0, 0, 0);

    /** Both together. */
    public Verdict plus(Verdict other) {
        return new Verdict(
                deliveries + other.deliveries,
                checked + other.checked,
                expected + other.expected,
                lost + other.lost,
                withinGaps + other.withinGaps,
                duplicated + other.duplicated,
                misrouted + other.misrouted);
    }

    /** Whether everything came that was to come, but for what was said to be missing, once, and nothing else did. */
    public boolean clean() {
        return lost == 0 && duplicated == 0 && misrouted == 0;
    }
}
