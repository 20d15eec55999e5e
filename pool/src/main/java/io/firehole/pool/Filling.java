package io.firehole.pool;

import java.util.List;
import java.util.Objects;

/**
 * How far a gap was closed from elsewhere than the provider's stream: transactions of its slots were fetched as blocks and
 * delivered in their place.
 *
 * @param slotsFilled slots whose transactions were delivered, those without a block included
 * @param slotsFailed slots that were asked for and could not be had
 * @param slotsNotAsked slots for which nobody was asked
 * @param kindsMissing what the monitor asked for besides, which blocks do not have, by the names of a request; empty if all
 *     it wants is transactions
 * @param detail why a slot failed, the last of them; empty if none did
 */
public record Filling(
        long slotsFilled, long slotsFailed, long slotsNotAsked, List<String> kindsMissing, String detail) {

    public Filling {
        kindsMissing = List.copyOf(kindsMissing);
        Objects.requireNonNull(detail, "detail");
    }

    /** Whether nothing is missing any more. */
    public boolean isWhole() {
        return slotsFailed == 0 && slotsNotAsked == 0 && kindsMissing.isEmpty();
    }

    /** For a monitor that wants those besides. */
    Filling without(List<String> kinds) {
        return new Filling(slotsFilled, slotsFailed, slotsNotAsked, kinds, detail);
    }

    /** As in {@code filled: 40 slots, failed: 2 (HTTP 429), not asked: 10, missing: slots}. */
    String told() {
        StringBuilder told = new StringBuilder("filled: " + slotsFilled + " slots");
        if (slotsFailed > 0) {
            told.append(", failed: ")
                    .append(slotsFailed)
                    .append(" (")
                    .append(detail)
                    .append(')');
        }
        if (slotsNotAsked > 0) {
            told.append(", not asked: ").append(slotsNotAsked);
        }
        if (!kindsMissing.isEmpty()) {
            told.append(", missing: ").append(String.join(" ", kindsMissing));
        }
        return told.toString();
    }
}
