package io.firehole.simulation;

import io.firehole.filters.profile.ProviderProfile;
import io.firehole.pool.budget.ConnectionBudget;
import io.firehole.pool.budget.PermitWish;
import io.firehole.pool.time.VirtualTime;
import io.firehole.pool.transport.Connection;
import io.firehole.pool.transport.ConnectionListener;
import io.firehole.pool.transport.Transport;
import io.firehole.simulator.chain.ChainConfig;
import io.firehole.wire.GrpcStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A provider on the simulator's chain, and the network in between: it takes connections and calls, keeps its rules, and sends
 * what the chain's own matching gives. In one thread, in virtual time.
 *
 * <p>The way up and the way down take the same time for all, so what was sent first arrives first; and a message arrives in
 * the middle of others, so that the pool's own work may fall between any two of them.
 */
final class VirtualProvider implements Transport {

    /** From the one end to the other. */
    static final Duration WAY = Duration.ofMillis(2);

    private static final Duration CONNECT = Duration.ofMillis(5);

    final VirtualTime time;
    final Random random;
    final VirtualChain chain;
    final ProviderProfile profile;
    final ProviderRules rules;
    final List<VirtualConnection> connections = new ArrayList<>();
    final Weather weather = new Weather();

    /** What happens to an update on its way, for tests that break something. */
    Function<byte[], List<byte[]>> wire = List::of;

    /** Grants what connects; null where nobody counts them. */
    private final @Nullable ConnectionBudget budget;

    VirtualProvider(VirtualTime time, Random random, ChainConfig chain, ProviderProfile profile) {
        this(time, random, chain, SmallBlock.recorded(), profile, null);
    }

    VirtualProvider(
            VirtualTime time,
            Random random,
            ChainConfig chain,
            SmallBlock block,
            ProviderProfile profile,
            @Nullable ConnectionBudget budget) {
        this.time = time;
        this.random = random;
        this.profile = profile;
        this.rules = new ProviderRules(profile);
        this.budget = budget;
        this.chain = new VirtualChain(time, chain, block, this::advanced);
    }

    private void advanced() {
        for (VirtualConnection connection : List.copyOf(connections)) {
            connection.calls().forEach(VirtualCall::advance);
        }
    }

    @Override
    public Connection connect(long connectionId, PermitWish wish, ConnectionListener listener) {
        VirtualConnection connection = new VirtualConnection(this, connectionId, listener);
        connections.add(connection);
        if (budget == null) {
            time.after(CONNECT.toNanos(), () -> connection.arrives(rules.connects()));
        } else {
            connection.asksForPermit(budget, wish);
        }
        return connection;
    }

    /** A connect with a permit is on its way. */
    void attempted(VirtualConnection connection) {
        weather.connected(time.nanos());
        if (weather.hangs > 0) {
            time.after(ConnectionBudget.ATTEMPT_DEADLINE.toNanos(), connection::givenUp);
        } else {
            time.after(CONNECT.toNanos(), () -> {
                if (weather.refuses > 0) {
                    connection.cut(GrpcStatus.Code.UNAVAILABLE.with("Connection refused"));
                } else {
                    connection.arrives(rules.connects());
                }
            });
        }
    }

    /** After the way to the pool, or later while nothing gets through. */
    void onTheWayBack(Runnable task) {
        time.after(Math.max(WAY.toNanos(), weather.stalledUntilNanos - time.nanos()), task);
    }

    /** Those on which calls can be made, or could until they fell silent. */
    List<VirtualConnection> openConnections() {
        return connections.stream().filter(VirtualConnection::isOpen).toList();
    }

    /** After the way from one end to the other. */
    void onTheOtherEnd(Runnable task) {
        time.after(WAY.toNanos(), task);
    }

    @Override
    public void close() {
        List.copyOf(connections).forEach(connection -> connection.cut(GrpcStatus.OK));
    }
}
