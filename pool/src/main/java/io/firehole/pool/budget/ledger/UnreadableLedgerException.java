package io.firehole.pool.budget.ledger;

import java.io.IOException;

/** A ledger file is there, and its content cannot be made out. */
final class UnreadableLedgerException extends IOException {

    private static final long serialVersionUID = 1;

    UnreadableLedgerException(String what) {
        super(what);
    }

    UnreadableLedgerException(String what, IOException cause) {
        super(what, cause);
    }
}
