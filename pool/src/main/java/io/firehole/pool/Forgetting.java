package io.firehole.pool;

import io.firehole.wire.GrpcStatus;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * From where on to ask a provider that forgets the oldest slot whenever there is a new one, perhaps while it is being asked.
 * Control thread.
 */
final class Forgetting {

    /** {@code broadcast from X is not available, last available: Y}: what the reference server says. */
    private static final Pattern LAST_AVAILABLE = Pattern.compile("last available: (\\d{1,18})");

    private static final long NONE = -1;

    private long oldestBefore = NONE;
    private long newestBefore;
    private int inTurn;

    /** The oldest slot that it says it has; empty if that is not why it says no. */
    static OptionalLong oldestBy(GrpcStatus no) {
        Matcher last = LAST_AVAILABLE.matcher(no.message());
        return no.code() == GrpcStatus.Code.OUT_OF_RANGE && last.find()
                ? OptionalLong.of(Long.parseLong(last.group(1)))
                : OptionalLong.empty();
    }

    /** It had what it was asked for: what it said before is of no use any more. */
    void hadIt() {
        oldestBefore = NONE;
        inTurn = 0;
    }

    /**
     * It does not have what it was asked for. At first what it says is believed. If by the next answer it has forgotten about
     * as many slots as the chain has grown, a slot is allowed for that, and after the third two, and so on; if it
     * has forgotten many at once, as after a restart, or none, that is no reason to ask for less. What is newest it will not
     * have forgotten.
     *
     * @param asked from which slot on it was asked
     * @param oldest the oldest slot that it says it has
     * @param newest the newest slot that is not in progress
     * @return the slot to ask from
     */
    long askFrom(long asked, long oldest, long newest) {
        if (oldest <= asked) {
            return asked;
        }
        boolean asTheChainGrows = oldestBefore != NONE && oldest - oldestBefore <= newest - newestBefore + 1;
        inTurn = asTheChainGrows ? inTurn + 1 : 0;
        oldestBefore = oldest;
        newestBefore = newest;
        return Math.max(oldest, Math.min(oldest + inTurn, newest));
    }
}
