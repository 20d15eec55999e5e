package io.firehole.cli;

import io.firehole.cli.config.Values;
import io.firehole.filters.Base58;
import io.firehole.pool.Group;
import io.firehole.pool.GroupLimits;
import io.firehole.pool.Pool;
import io.firehole.pool.PoolConfig;
import io.firehole.pool.PoolRuntime;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.ConnectionBudget;
import io.firehole.pool.time.ControlThread;
import io.firehole.pool.time.NanoClock;
import io.firehole.pool.transport.grpc.GrpcEndpoint;
import io.firehole.pool.transport.grpc.GrpcTransport;
import io.firehole.simulator.Simulator;
import io.firehole.simulator.SimulatorConfig;
import io.firehole.simulator.rules.ProviderRules;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

/** A provider and a pool that has one connection to it, over a real socket. */
public final class OneConnection implements AutoCloseable {

    private static final int MONITORS_MAX = 1_000;

    private final Simulator provider;
    private final ControlThread budgetThread = ControlThread.start("one-connection-budget");
    private final GrpcTransport transport;
    private final Pool pool;

    /** Starts both. */
    public OneConnection(ProviderRules rules) throws IOException {
        provider = Simulator.start(
                SimulatorConfig.builder().onFreePorts().rules(rules).build());
        transport = new GrpcTransport(
                GrpcEndpoint.parse("http://" + Values.show(provider.address())),
                new ConnectionBudget(
                        List.of(new BudgetRule(60, Duration.ofSeconds(60))), NanoClock.system(), budgetThread));
        pool = Pool.start(
                PoolConfig.DEFAULT.withMaxConnections(1).withGroup(Group.MEDIUM, new GroupLimits(1, MONITORS_MAX)),
                transport,
                PoolRuntime.system());
    }

    public Simulator provider() {
        return provider;
    }

    public Pool pool() {
        return pool;
    }

    /** A key that nobody has. */
    public static String key(RandomGenerator random) {
        byte[] key = new byte[32];
        random.nextBytes(key);
        return Base58.encode(key);
    }

    @Override
    public void close() {
        pool.close();
        transport.close();
        budgetThread.close();
        provider.close();
    }
}
