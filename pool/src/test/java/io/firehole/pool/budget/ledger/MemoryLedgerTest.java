package io.firehole.pool.budget.ledger;

import io.firehole.pool.time.VirtualTime;
import java.time.Duration;

class MemoryLedgerTest extends LedgerContract {

    private final VirtualTime time = new VirtualTime();
    private final Ledger ledger = new MemoryLedger(time, KEEP);

    @Override
    protected Ledger open() {
        return ledger;
    }

    @Override
    protected void pass(Duration passed) {
        time.runFor(passed);
    }
}
