package io.firehole.cli.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a demonstration came to.
 *
 * @param connections open at the provider at the end, as the provider counts
 * @param connects connections the provider has accepted since the start, refused ones too
 * @param refused connections the provider refused
 * @param worstCount the most new connections the provider counted in a window of its rule
 * @param worstFrom when that window began, in milliseconds since 1970
 * @param limit how many its rule allows
 * @param verdicts by monitor, in the order in which they were started
 * @param notRecorded updates that could not be kept for comparison; 0 unless memory would have run out
 */
public record DemoResult(
        int connections,
        long connects,
        long refused,
        int worstCount,
        long worstFrom,
        int limit,
        Map<String, Verdict> verdicts,
        long notRecorded) {

    /** All monitors together. */
    public Verdict total() {
        return verdicts.values().stream().reduce(Verdict.NOTHING, Verdict::plus);
    }

    /** The same in words, a line each. */
    public List<String> summary() {
        List<String> lines = new ArrayList<>();
        verdicts.forEach((id, verdict) -> lines.add(String.format(
                Locale.ROOT,
                "  %-28s %,9d updates; compared with the provider in %,d slots (%,d updates): lost %d, doubled %d,"
                        + " misrouted %d",
                id,
                verdict.deliveries(),
                verdict.checked(),
                verdict.expected(),
                verdict.lost(),
                verdict.duplicated(),
                verdict.misrouted())));
        Verdict total = total();
        lines.add(String.format(
                Locale.ROOT,
                "%d monitors over %d connections: %,d updates received; lost %d, doubled %d, misrouted %d",
                verdicts.size(),
                connections,
                total.deliveries(),
                total.lost(),
                total.duplicated(),
                total.misrouted()));
        lines.add("new connections at the provider: " + connects + ", at most " + worstCount + " in its window (limit "
                + limit + "), refused " + refused);
        if (total.withinGaps() > 0) {
            lines.add(total.withinGaps()
                    + " updates did not come, as the gaps say that Firehole has recorded; they do not count as lost");
        }
        if (notRecorded > 0) {
            lines.add(notRecorded + " updates were not kept for comparison and count as lost");
        }
        if (total.checked() == 0) {
            lines.add("no slot was complete in that time: nothing could be compared; run it longer");
        }
        lines.add(
                good()
                        ? "good: every monitor received exactly what was to come"
                                + (total.withinGaps() > 0 ? ", but for those gaps" : "")
                        : "FAILED");
        return lines;
    }

    /** Whether each monitor received exactly what was to come, but for recorded gaps, and the provider's limit was kept. */
    public boolean good() {
        return total().clean() && total().checked() > 0 && refused == 0 && worstCount <= limit;
    }
}
