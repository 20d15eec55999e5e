package io.firehole.cli.serve;

import io.firehole.cli.config.FireholeConfig;
import io.firehole.cli.config.Values;
import io.firehole.gateway.Gateway;
import io.firehole.gateway.GatewayConfig;
import io.firehole.pool.Pool;
import io.firehole.pool.PoolConfig;
import io.firehole.pool.PoolRuntime;
import io.firehole.pool.PoolStats;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.transport.Transport;
import io.firehole.pool.transport.grpc.GrpcEndpoint;
import io.firehole.pool.transport.grpc.GrpcTransport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * A running Firehole: a gateway for monitors, a pool behind it, and the provider behind that. Any thread.
 *
 * <p>Put together from the inside out, taken apart from the outside in: monitors are told first.
 */
public final class Daemon implements AutoCloseable {

    private final AssembledBudget budget;
    private final Transport transport;
    private final Pool pool;
    private final Gateway gateway;

    private Daemon(AssembledBudget budget, Transport transport, Pool pool, Gateway gateway) {
        this.budget = budget;
        this.transport = transport;
        this.pool = pool;
        this.gateway = gateway;
    }

    /**
     * Starts as configured. Returns as soon as the gateway listens; the provider may not have answered yet.
     *
     * @throws NoLedgerException if what connections were made cannot be remembered
     * @throws IOException if the gateway's address cannot be had or its tokens cannot be read; the message names it
     */
    public static Daemon start(FireholeConfig config) throws IOException, InterruptedException {
        GatewayConfig gateway = GatewayConfig.DEFAULT
                .withListen(listenAddress(config))
                .withGroupOfMonitor(id -> Optional.ofNullable(config.groups().get(id)));
        if (config.gatewayTokens().isPresent()) {
            gateway = gateway.withTokens(config.gatewayTokens().get());
        }
        AssembledBudget budget = config.sharing().isPresent()
                ? AssembledBudget.shared(
                        config.budget(),
                        config.upstream(),
                        config.state(),
                        config.sharing().get())
                : AssembledBudget.onDisk(config.budget(), config.upstream(), config.state());
        return start(config.upstream(), budget, config.pool(), gateway, UnaryOperator.identity());
    }

    private static InetSocketAddress listenAddress(FireholeConfig config) throws IOException {
        try {
            return Values.resolved(config.gatewayListen());
        } catch (IllegalArgumentException unknown) {
            throw new IOException(unknown.getMessage(), unknown);
        }
    }

    /**
     * Starts with these parts, and a budget that is forgotten with them.
     *
     * @param rules what the provider allows of new connections
     * @param seam what stands between the pool and the provider; a test puts faults there
     */
    public static Daemon start(
            GrpcEndpoint upstream,
            List<BudgetRule> rules,
            PoolConfig poolConfig,
            GatewayConfig gatewayConfig,
            UnaryOperator<Transport> seam)
            throws IOException {
        return start(upstream, AssembledBudget.inMemory(rules), poolConfig, gatewayConfig, seam);
    }

    private static Daemon start(
            GrpcEndpoint upstream,
            AssembledBudget budget,
            PoolConfig poolConfig,
            GatewayConfig gatewayConfig,
            UnaryOperator<Transport> seam)
            throws IOException {
        Transport transport = seam.apply(new GrpcTransport(upstream, budget.budget()));
        Pool pool = Pool.start(poolConfig, transport, PoolRuntime.system().withBudget(budget.budget()::snapshot));
        try {
            return new Daemon(budget, transport, pool, Gateway.start(gatewayConfig, pool));
        } catch (IOException | RuntimeException notListening) {
            pool.close();
            transport.close();
            budget.close();
            throw notListening;
        }
    }

    /** Where monitors connect. */
    public InetSocketAddress gatewayAddress() {
        return gateway.address();
    }

    /** How the pool stands. */
    public PoolStats stats() {
        return pool.stats();
    }

    @Override
    public void close() {
        gateway.close();
        pool.close();
        transport.close();
        budget.close();
    }
}
