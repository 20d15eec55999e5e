package io.firehole.cli.serve;

import io.firehole.cli.config.FillingConfig;
import io.firehole.cli.config.FireholeConfig;
import io.firehole.cli.config.Values;
import io.firehole.cli.rpc.JsonRpcBlocks;
import io.firehole.console.Console;
import io.firehole.console.ConsoleConfig;
import io.firehole.console.Surroundings;
import io.firehole.console.access.ConsoleTokens;
import io.firehole.console.api.ShownSetting;
import io.firehole.gateway.Gateway;
import io.firehole.gateway.GatewayConfig;
import io.firehole.gateway.stream.StreamTimes;
import io.firehole.history.History;
import io.firehole.history.HistorySettings;
import io.firehole.pool.Gap;
import io.firehole.pool.Pool;
import io.firehole.pool.PoolConfig;
import io.firehole.pool.PoolRuntime;
import io.firehole.pool.PoolStats;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.filling.GapFilling;
import io.firehole.pool.time.NanoClock;
import io.firehole.pool.transport.Transport;
import io.firehole.pool.transport.grpc.GrpcEndpoint;
import io.firehole.pool.transport.grpc.GrpcTransport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/**
 * A running Firehole: a gateway for monitors, a pool behind it, and the provider behind that. Any thread.
 *
 * <p>Put together from the inside out, taken apart from the outside in: monitors are told first.
 */
public final class Daemon implements AutoCloseable {

    private static final int GAPS_MAX = 1_000;

    private final AssembledBudget budget;
    private final Transport transport;
    private final Pool pool;
    private final Chronicle chronicle;
    private final Gateway gateway;
    private final Ending ending;
    private final Optional<Console> console;
    private final Optional<JsonRpcBlocks> blocks;

    private Daemon(
            AssembledBudget budget,
            Transport transport,
            Pool pool,
            Chronicle chronicle,
            Gateway gateway,
            Ending ending,
            Optional<Console> console,
            Optional<JsonRpcBlocks> blocks) {
        this.budget = budget;
        this.transport = transport;
        this.pool = pool;
        this.chronicle = chronicle;
        this.gateway = gateway;
        this.ending = ending;
        this.console = console;
        this.blocks = blocks;
    }

    /**
     * Starts as configured. Returns as soon as the gateway listens; the provider may not have answered yet.
     *
     * @throws NoLedgerException if what connections were made cannot be remembered
     * @throws ConsoleNotListeningException if the console's address cannot be had
     * @throws IOException if the gateway's address cannot be had or its tokens cannot be read; the message names it
     */
    public static Daemon start(FireholeConfig config) throws IOException, InterruptedException {
        GatewayConfig gateway = GatewayConfig.DEFAULT
                .withListen(listenAddress(config.gatewayListen()))
                .withGroupOfMonitor(config.groups()::of)
                .withDedicated(id -> config.dedicated().of(id).isPresent())
                .withDrain(config.gatewayDrain())
                .withReusesPort(config.gatewayReusesPort())
                .withRelayedMetadata(config.gatewayRelayedMetadata())
                .withTimes(StreamTimes.DEFAULT.withStalledAfter(config.writeStall()));
        if (config.gatewayTokens().isPresent()) {
            gateway = gateway.withTokens(config.gatewayTokens().get());
        }
        Optional<ConsoleConfig> console = console(config);
        return start(
                config.upstream(),
                AssembledBudget.of(config),
                config.pool(),
                config.history(),
                config.filling(),
                gateway,
                console,
                Surroundings.NONE.withSettings(config.settings().stream()
                        .map(one -> new ShownSetting(
                                one.key(), one.value(), one.origin().toString()))
                        .toList()),
                true,
                UnaryOperator.identity());
    }

    private static Optional<ConsoleConfig> console(FireholeConfig config) throws ConsoleNotListeningException {
        try {
            ConsoleConfig rules = ConsoleConfig.DEFAULT;
            if (config.consoleTokens().isPresent()) {
                rules = rules.withTokens(
                        ConsoleTokens.read(config.consoleTokens().get()));
            }
            if (config.price().isPresent()) {
                rules = rules.withPrice(config.price().get());
            }
            if (config.otlp().isPresent()) {
                rules = rules.withOtlp(config.otlp().get());
            }
            return config.consoleListen().map(Values::resolved).map(rules::withListen);
        } catch (IOException | IllegalArgumentException unknown) {
            throw new ConsoleNotListeningException(unknown);
        }
    }

    private static InetSocketAddress listenAddress(InetSocketAddress configured) throws IOException {
        try {
            return Values.resolved(configured);
        } catch (IllegalArgumentException unknown) {
            throw new IOException(unknown.getMessage(), unknown);
        }
    }

    /**
     * Starts with these parts, and a budget that is forgotten with them.
     *
     * @param rules what the provider allows of new connections
     * @param console the rules of the console; empty for none
     * @param seam what stands between the pool and the provider; a test puts faults there
     */
    public static Daemon start(
            GrpcEndpoint upstream,
            List<BudgetRule> rules,
            PoolConfig poolConfig,
            GatewayConfig gatewayConfig,
            Optional<ConsoleConfig> console,
            UnaryOperator<Transport> seam)
            throws IOException {
        return start(upstream, rules, poolConfig, gatewayConfig, Optional.empty(), console, List.of(), seam);
    }

    /**
     * The same with a history and a configuration.
     *
     * @param history how what happens is kept; empty for not at all
     * @param settings what the console shows of the configuration
     */
    public static Daemon start(
            GrpcEndpoint upstream,
            List<BudgetRule> rules,
            PoolConfig poolConfig,
            GatewayConfig gatewayConfig,
            Optional<HistorySettings> history,
            Optional<ConsoleConfig> console,
            List<ShownSetting> settings,
            UnaryOperator<Transport> seam)
            throws IOException {
        return start(
                upstream,
                AssembledBudget.inMemory(rules),
                poolConfig,
                history,
                Optional.empty(),
                gatewayConfig,
                console,
                Surroundings.NONE.withSettings(settings),
                false,
                seam);
    }

    /** The same without a console. */
    public static Daemon start(
            GrpcEndpoint upstream,
            List<BudgetRule> rules,
            PoolConfig poolConfig,
            GatewayConfig gatewayConfig,
            UnaryOperator<Transport> seam)
            throws IOException {
        return start(upstream, rules, poolConfig, gatewayConfig, Optional.empty(), seam);
    }

    private static Daemon start(
            GrpcEndpoint upstream,
            AssembledBudget budget,
            PoolConfig poolConfig,
            Optional<HistorySettings> history,
            Optional<FillingConfig> filling,
            GatewayConfig gatewayConfig,
            Optional<ConsoleConfig> consoleConfig,
            Surroundings shown,
            boolean drainsByConsole,
            UnaryOperator<Transport> seam)
            throws IOException {
        Transport transport = seam.apply(new GrpcTransport(upstream, budget.budget()));
        Optional<JsonRpcBlocks> blocks = filling.map(how -> new JsonRpcBlocks(how.rpc(), NanoClock.system()));
        PoolRuntime runtime = PoolRuntime.system()
                .withBudget(budget.budget()::snapshot)
                .withFilling(filling.flatMap(
                        how -> blocks.map(source -> new GapFilling(source, how.maxSlots(), how.maxTime()))));
        Pool pool = Pool.start(poolConfig, transport, runtime);
        Chronicle chronicle = Chronicle.of(history, pool);
        Gateway gateway = null;
        try {
            gateway = Gateway.start(gatewayConfig, pool);
            Ending ending = new Ending(gateway);
            Surroundings surroundings = shown.withForecast(budget.budget()::forecast);
            if (drainsByConsole) {
                surroundings = surroundings.withProgram(ending);
            }
            if (chronicle.history().isPresent()) {
                surroundings = surroundings.withHistory(
                        new ShownHistory(chronicle.history().get()));
            }
            Optional<Console> console = startConsole(consoleConfig, pool, surroundings);
            return new Daemon(budget, transport, pool, chronicle, gateway, ending, console, blocks);
        } catch (IOException | RuntimeException notListening) {
            if (gateway != null) {
                gateway.close();
            }
            chronicle.close();
            pool.close();
            blocks.ifPresent(JsonRpcBlocks::close);
            transport.close();
            budget.close();
            throw notListening;
        }
    }

    private static Optional<Console> startConsole(Optional<ConsoleConfig> config, Pool pool, Surroundings surroundings)
            throws ConsoleNotListeningException {
        try {
            return config.isEmpty() ? Optional.empty() : Optional.of(Console.start(config.get(), pool, surroundings));
        } catch (IOException taken) {
            throw new ConsoleNotListeningException(taken);
        }
    }

    /** Where people and scripts look at it; empty if there is no console. */
    public Optional<InetSocketAddress> consoleAddress() {
        return console.map(Console::address);
    }

    /** Where monitors connect. */
    public InetSocketAddress gatewayAddress() {
        return gateway.address();
    }

    /** What the pool did; empty if it is not kept. */
    public Optional<History> history() {
        return chronicle.history();
    }

    /** How the pool stands. */
    public PoolStats stats() {
        return pool.stats();
    }

    /** What a monitor has been told to be missing, the latest {@value #GAPS_MAX} gaps. */
    public List<Gap> gaps(String monitor) {
        return pool.gaps(Optional.of(monitor), GAPS_MAX);
    }

    /**
     * Has monitors leave one after the other; see {@link Gateway#drain}. {@link #close} is still to be called.
     *
     * @return done when none is left
     */
    public CompletableFuture<Void> drain() {
        return ending.begin();
    }

    /** Ends at once what {@link #drain} has left. */
    public void hurry() {
        gateway.hurry();
    }

    /** How far it is on its way to the end. */
    public Gateway.Draining draining() {
        return gateway.draining();
    }

    /** Done as soon as somebody has had it drain, by {@link #drain} or by the console. */
    public CompletableFuture<Void> whenDraining() {
        return ending.begun();
    }

    @Override
    public void close() {
        console.ifPresent(Console::close);
        gateway.close();
        chronicle.close();
        pool.close();
        blocks.ifPresent(JsonRpcBlocks::close);
        transport.close();
        budget.close();
    }
}
