package io.firehole.simulation;

import io.firehole.filters.profile.ProviderProfile;
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

    /** What happens to an update on its way, for tests that break something. */
    Function<byte[], List<byte[]>> wire = List::of;

    VirtualProvider(VirtualTime time, Random random, ChainConfig chain, ProviderProfile profile) {
        this.time = time;
        this.random = random;
        this.profile = profile;
        this.rules = new ProviderRules(profile);
        this.chain = new VirtualChain(time, chain, this::advanced);
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
        time.after(CONNECT.toNanos(), () -> connection.arrives(rules.connects()));
        return connection;
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
