package io.firehole.pool;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;

/**
 * One monitor's way to the provider for stubs of its own. It has no connection and no way to end one: each call is given
 * to the pool, which finds the connection.
 */
final class PoolChannel extends Channel {

    private final Monitor monitor;
    private final Leases leases;

    PoolChannel(Monitor monitor, Leases leases) {
        this.monitor = monitor;
        this.leases = leases;
    }

    @Override
    public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
        return new LeasedCall<>(leases, monitor, method, options, false);
    }

    /** For people: the connection has the provider's own name. */
    @Override
    public String authority() {
        return "firehole";
    }

    @Override
    public String toString() {
        return "channel of " + monitor.id();
    }
}
