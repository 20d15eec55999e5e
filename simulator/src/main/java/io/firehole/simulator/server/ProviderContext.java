package io.firehole.simulator.server;

import io.firehole.filters.profile.ProviderProfile;
import io.firehole.simulator.chain.Chain;
import io.firehole.simulator.faults.FaultDesk;
import io.firehole.simulator.rules.AccessToken;
import io.firehole.simulator.rules.Refusals;
import io.firehole.simulator.rules.StreamLedger;
import io.firehole.simulator.time.ProviderClock;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What every connection and call of one provider shares.
 *
 * @param budget of what waits for all clients
 * @param workers for what takes too long for an event loop
 * @param shuttingDown whether new calls are to be turned away
 */
record ProviderContext(
        Chain chain,
        ProviderProfile profile,
        @Nullable AccessToken token,
        StreamLimits limits,
        ProviderClock clock,
        FaultDesk faults,
        StreamLedger streams,
        Refusals refusals,
        Traffic traffic,
        QueueBudget budget,
        Executor workers,
        ByteBufAllocator allocator,
        BooleanSupplier shuttingDown) {}
