package io.firehole.cli.serve;

import java.io.IOException;
import java.io.Serial;

/** There can be no ledger of connections in the state directory; the message says why and what to do. */
public final class NoLedgerException extends IOException {

    @Serial
    private static final long serialVersionUID = 1L;

    NoLedgerException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
