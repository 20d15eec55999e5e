package io.firehole.cli.serve;

import io.firehole.cli.config.FireholeConfig;
import io.firehole.pool.budget.BudgetSnapshot;
import io.firehole.pool.transport.Transport;
import io.firehole.pool.transport.grpc.GrpcTransport;
import java.io.IOException;

/**
 * The way to the provider without a pool, for what wants a connection of its own: past the same budget and the same ledger as
 * {@code serve} with this configuration.
 */
public final class DirectUpstream implements AutoCloseable {

    private final AssembledBudget budget;
    private final Transport transport;

    private DirectUpstream(AssembledBudget budget, Transport transport) {
        this.budget = budget;
        this.transport = transport;
    }

    /**
     * Connects to nobody yet.
     *
     * @throws NoLedgerException if what connections were made cannot be remembered
     */
    public static DirectUpstream open(FireholeConfig config) throws IOException, InterruptedException {
        AssembledBudget budget = AssembledBudget.of(config);
        return new DirectUpstream(budget, new GrpcTransport(config.upstream(), budget.budget()));
    }

    /** Opens connections, each for a permit. */
    public Transport transport() {
        return transport;
    }

    /** How the budget stands. */
    public BudgetSnapshot budget() {
        return budget.budget().snapshot();
    }

    @Override
    public void close() {
        transport.close();
        budget.close();
    }
}
