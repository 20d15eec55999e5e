package io.firehole.pool.budget;

import io.firehole.pool.budget.ledger.Ledger;
import io.firehole.pool.budget.ledger.Ledger.Turn;
import io.firehole.pool.time.NanoClock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One decision within the turns of all ledgers it rests on, one turn inside the other.
 *
 * <p>Always in the same order, that of the scopes' names, so that two processes never wait for each other. Lives for one
 * round on the budget's own thread.
 */
final class LedgerRound {

    private static final Logger log = LoggerFactory.getLogger(LedgerRound.class);

    /** What became of it. */
    sealed interface Outcome {

        /** Decided, and durable in every ledger. */
        record Decided() implements Outcome {}

        /** One of the ledgers did not play along: whatever was decided does not count. */
        record Blocked(Allowance at, Turn<?> turn) implements Outcome {}
    }

    private final List<Allowance> using;
    private final NanoClock clock;
    private final Consumer<LedgerRound> decision;
    private final List<Allowance.Page> pages = new ArrayList<>();
    private final List<Grant> grants = new ArrayList<>();

    /** @param decision puts what it grants into {@link #grants}, and prepares the {@link #pages} */
    LedgerRound(List<Allowance> using, NanoClock clock, Consumer<LedgerRound> decision) {
        this.using = using;
        this.clock = clock;
        this.decision = decision;
    }

    /** What the decision rests on. */
    List<Allowance> using() {
        return using;
    }

    /** The ledgers as they stand in this round. */
    List<Allowance.Page> pages() {
        return pages;
    }

    /** What was decided. */
    List<Grant> grants() {
        return grants;
    }

    /** Plays it. */
    Outcome play() {
        return from(0);
    }

    private Outcome from(int index) {
        if (index == using.size()) {
            decision.accept(this);
            pages.forEach(Allowance.Page::write);
            return new Outcome.Decided();
        }
        Allowance next = using.get(index);
        Ledger ledger = next.ledger();
        if (ledger == null) {
            return from(index + 1);
        }
        Turn<Outcome> turn = turn(ledger, next, index);
        return turn instanceof Turn.Done<Outcome>(Outcome inner) ? inner : new Outcome.Blocked(next, turn);
    }

    private Turn<Outcome> turn(Ledger ledger, Allowance next, int index) {
        long askedNanos = clock.nanos();
        try {
            return ledger.turn(view -> {
                pages.add(next.page(view, askedNanos));
                return from(index + 1);
            });
        } catch (RuntimeException fault) {
            log.error("A ledger failed where it must not", fault);
            return new Turn.Away<>("it failed: " + fault);
        }
    }

    /** One permit and the one who waits for it. */
    record Grant(PermitQueue.Waiting waiting, Permit permit) {}
}
