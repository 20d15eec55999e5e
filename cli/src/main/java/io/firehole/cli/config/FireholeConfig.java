package io.firehole.cli.config;

import io.firehole.console.live.Price;
import io.firehole.console.otlp.OtlpConfig;
import io.firehole.history.HistorySettings;
import io.firehole.pool.Group;
import io.firehole.pool.MonitorNames;
import io.firehole.pool.PoolConfig;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.transport.grpc.GrpcEndpoint;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All that {@code serve} needs to know.
 *
 * @param upstream the provider, with its token if it wants one
 * @param pool the rules of the pool
 * @param budget what the provider allows of new connections
 * @param groups the group of each monitor that has one, by name or pattern
 * @param dedicated the monitors that get streams of the provider to themselves, by name or pattern
 * @param gatewayListen where monitors connect
 * @param gatewayTokens whom the gateway knows; empty if it serves everybody
 * @param gatewayDrain over how long the gateway ends its streams when it is told to stop
 * @param gatewayReusesPort whether another process may listen at the gateway's port too
 * @param gatewayRelayedMetadata metadata that goes up with calls which the gateway only relays
 * @param writeStall after which time a client that takes nothing of what waits for it is cut off
 * @param consoleListen where the console listens; empty if there is to be none
 * @param consoleTokens whom the console knows; empty if whoever can connect may do everything
 * @param otlp where the metrics are sent; empty if nowhere
 * @param price what the provider charges; empty if that is not known
 * @param history how what the pool does is kept; empty if it is not
 * @param filling how gaps beyond the provider's replay are filled; empty if they are not
 * @param state the directory for what must outlive the process
 * @param sharing the database through which several hosts share the budget; empty if this is the only one
 * @param settings every value with its origin, in the order in which a person reads them
 * @param warnings what is allowed, and probably not meant
 */
public record FireholeConfig(
        GrpcEndpoint upstream,
        PoolConfig pool,
        List<BudgetRule> budget,
        MonitorNames<Group> groups,
        MonitorNames<Boolean> dedicated,
        InetSocketAddress gatewayListen,
        Optional<Path> gatewayTokens,
        Duration gatewayDrain,
        boolean gatewayReusesPort,
        Set<String> gatewayRelayedMetadata,
        Duration writeStall,
        Optional<InetSocketAddress> consoleListen,
        Optional<Path> consoleTokens,
        Optional<OtlpConfig> otlp,
        Optional<Price> price,
        Optional<HistorySettings> history,
        Optional<FillingConfig> filling,
        Path state,
        Optional<SharingConfig> sharing,
        List<Setting> settings,
        List<String> warnings) {

    public FireholeConfig {
        budget = List.copyOf(budget);
        gatewayRelayedMetadata = Set.copyOf(gatewayRelayedMetadata);
        settings = List.copyOf(settings);
        warnings = List.copyOf(warnings);
    }
}
