package io.firehole.examples.library;

import io.firehole.pool.Pool;
import io.firehole.pool.PoolConfig;
import io.firehole.pool.PoolRuntime;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.BudgetRuntime;
import io.firehole.pool.budget.BudgetSettings;
import io.firehole.pool.budget.ConnectionBudget;
import io.firehole.pool.budget.ledger.BootClock;
import io.firehole.pool.budget.ledger.FileLedger;
import io.firehole.pool.budget.ledger.Ledger;
import io.firehole.pool.time.ControlThread;
import io.firehole.pool.time.NanoClock;
import io.firehole.pool.transport.grpc.AccessToken;
import io.firehole.pool.transport.grpc.GrpcEndpoint;
import io.firehole.pool.transport.grpc.GrpcTransport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A pool of this program's own: a ledger on disk, a budget over it, connections that pass the budget, and the pool. Put together
 * from the inside out, taken apart from the outside in.
 */
public final class OwnPool implements AutoCloseable {

    /** What the provider allows: 60 new connections in any 60 seconds. */
    private static final BudgetRule RULE = BudgetRule.DEFAULT;

    private final Ledger ledger;
    private final ControlThread budgetThread;
    private final GrpcTransport transport;
    private final Pool pool;

    private OwnPool(Ledger ledger, ControlThread budgetThread, GrpcTransport transport, Pool pool) {
        this.ledger = ledger;
        this.budgetThread = budgetThread;
        this.transport = transport;
        this.pool = pool;
    }

    /**
     * Starts it. Returns at once; the first connection is opened meanwhile.
     *
     * @param url the provider, as in {@code https://my.provider:443}
     * @param state the directory where connections made are remembered over restarts, shared by all programs with this token
     * @throws IOException if there can be no ledger in that directory
     */
    public static OwnPool start(String url, Optional<String> token, Path state) throws IOException {
        GrpcEndpoint endpoint =
                GrpcEndpoint.parse(url).withToken(token.map(AccessToken::of).orElse(null));
        BootClock boot = BootClock.system();
        Ledger ledger = FileLedger.open(
                state,
                endpoint.allowance(RULE.scope()),
                BudgetSettings.retention(List.of(RULE), RULE.scope()),
                boot,
                InstantSource.system());
        ControlThread budgetThread = ControlThread.start("budget");
        ConnectionBudget budget = new ConnectionBudget(
                BudgetSettings.of(List.of(RULE)).withLedgers(Map.of(RULE.scope(), ledger)),
                BudgetRuntime.of(NanoClock.system(), budgetThread).withSleepClock(boot));
        GrpcTransport transport = new GrpcTransport(endpoint, budget);
        Pool pool =
                Pool.start(PoolConfig.DEFAULT, transport, PoolRuntime.system().withBudget(budget::snapshot));
        return new OwnPool(ledger, budgetThread, transport, pool);
    }

    /** The pool. */
    public Pool pool() {
        return pool;
    }

    @Override
    public void close() {
        pool.close();
        transport.close();
        budgetThread.close();
        ledger.close();
    }
}
