package io.firehole.pool.budget;

import io.firehole.pool.budget.ledger.AttemptKind;
import java.util.OptionalLong;

/**
 * What a permit is wanted for.
 *
 * @param kind what is to be attempted
 * @param purpose its place among others
 * @param subject who asks, as a number that stays the same when it asks again
 * @param replayDeadlineNanos when what it missed can no longer be replayed, by the budget's clock; empty if it missed nothing
 */
public record PermitWish(AttemptKind kind, PermitClass purpose, long subject, OptionalLong replayDeadlineNanos) {

    /** To open a connection that replaces none. */
    public static PermitWish connect(PermitClass purpose, long subject) {
        return new PermitWish(AttemptKind.CONNECT, purpose, subject, OptionalLong.empty());
    }

    /** The same for another kind of attempt. */
    public PermitWish to(AttemptKind other) {
        return new PermitWish(other, purpose, subject, replayDeadlineNanos);
    }
}
