package io.firehole.simulator;

import io.firehole.simulator.chain.ChainConfig;
import io.firehole.simulator.rules.AccessToken;
import io.firehole.simulator.rules.ProviderRules;
import io.firehole.simulator.server.StreamLimits;
import io.firehole.simulator.time.ProviderClock;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What one simulated provider is to be.
 *
 * @param listen where clients connect; port 0 takes a free one
 * @param control where the control API listens; null for none, port 0 takes a free one
 * @param rpc where a node's JSON-RPC listens; null for none, port 0 takes a free one
 * @param captures the recordings to play; empty for those that travel with the program
 * @param speed how many times faster than mainnet's 400 ms a slot goes by
 * @param seed of every choice in the chain; the same seed gives the same chain
 * @param skipEvery one slot of so many has no block; 0 for none
 * @param firstSlot the first slot that begins after the start
 * @param token what clients must send as {@code x-token}; null if no token is asked for
 * @param rules what the provider allows
 * @param replaySlots overrules the rules' depth of replay; empty for theirs
 * @param limits the bounds of a stream
 * @param clock the provider's own time
 */
public record SimulatorConfig(
        InetSocketAddress listen,
        @Nullable InetSocketAddress control,
        @Nullable InetSocketAddress rpc,
        List<Path> captures,
        double speed,
        long seed,
        int skipEvery,
        long firstSlot,
        @Nullable AccessToken token,
        ProviderRules rules,
        OptionalInt replaySlots,
        StreamLimits limits,
        ProviderClock clock) {

    /** Where clients connect if nothing else is said. */
    public static final int DEFAULT_PORT = 10_100;

    /** Where the control API listens if nothing else is said. */
    public static final int DEFAULT_CONTROL_PORT = 10_101;

    /** One slot of so many is skipped, about as often as on mainnet in a bad hour. */
    public static final int DEFAULT_SKIP_EVERY = 16;

    /** Higher than any recorded slot. */
    public static final long DEFAULT_FIRST_SLOT = 400_000_000L;

    public SimulatorConfig {
        Objects.requireNonNull(listen, "listen");
        captures = List.copyOf(captures);
        Objects.requireNonNull(rules, "rules");
        Objects.requireNonNull(replaySlots, "replaySlots");
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(clock, "clock");
        // Looked at here as well, so that a configuration that cannot run cannot be made.
        Objects.requireNonNull(chain(seed, speed, skipEvery, replaySlots, rules, firstSlot), "chain");
    }

    /** A builder with the defaults: the usual ports of loopback, speed 1, seed 1, no token, 60 connections per 60 s. */
    public static Builder builder() {
        return new Builder();
    }

    /** What the chain is to be like. */
    ChainConfig chain() {
        return chain(seed, speed, skipEvery, replaySlots, rules, firstSlot);
    }

    private static ChainConfig chain(
            long seed, double speed, int skipEvery, OptionalInt replaySlots, ProviderRules rules, long firstSlot) {
        int depth = replaySlots.orElse(rules.profile().replaySlots());
        return new ChainConfig(seed, speed, skipEvery, depth, firstSlot);
    }

    /** Collects a {@link SimulatorConfig}. One thread. */
    public static final class Builder {
        private InetSocketAddress listen = new InetSocketAddress(InetAddress.getLoopbackAddress(), DEFAULT_PORT);
        private @Nullable InetSocketAddress control =
                new InetSocketAddress(InetAddress.getLoopbackAddress(), DEFAULT_CONTROL_PORT);
        private @Nullable InetSocketAddress rpc;
        private List<Path> captures = List.of();
        private double speed = 1;
        private long seed = 1;
        private int skipEvery = DEFAULT_SKIP_EVERY;
        private long firstSlot = DEFAULT_FIRST_SLOT;
        private @Nullable AccessToken token;
        private ProviderRules rules = ProviderRules.standard();
        private OptionalInt replaySlots = OptionalInt.empty();
        private StreamLimits limits = StreamLimits.DEFAULT;
        private ProviderClock clock = ProviderClock.system();

        private Builder() {}

        public Builder listen(InetSocketAddress address) {
            this.listen = address;
            return this;
        }

        public Builder control(@Nullable InetSocketAddress address) {
            this.control = address;
            return this;
        }

        /** A node's JSON-RPC beside the provider. */
        public Builder rpc(@Nullable InetSocketAddress address) {
            this.rpc = address;
            return this;
        }

        /** Provider and control on free ports of 127.0.0.1. */
        public Builder onFreePorts() {
            this.listen = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            this.control = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            return this;
        }

        public Builder captures(List<Path> files) {
            this.captures = files;
            return this;
        }

        public Builder speed(double factor) {
            this.speed = factor;
            return this;
        }

        public Builder seed(long number) {
            this.seed = number;
            return this;
        }

        public Builder skipEvery(int slots) {
            this.skipEvery = slots;
            return this;
        }

        public Builder firstSlot(long slot) {
            this.firstSlot = slot;
            return this;
        }

        public Builder token(@Nullable String secret) {
            this.token = secret == null ? null : new AccessToken(secret);
            return this;
        }

        public Builder rules(ProviderRules allowed) {
            this.rules = allowed;
            return this;
        }

        public Builder replaySlots(int slots) {
            this.replaySlots = OptionalInt.of(slots);
            return this;
        }

        public Builder limits(StreamLimits bounds) {
            this.limits = bounds;
            return this;
        }

        public Builder clock(ProviderClock time) {
            this.clock = time;
            return this;
        }

        public SimulatorConfig build() {
            return new SimulatorConfig(
                    listen,
                    control,
                    rpc,
                    captures,
                    speed,
                    seed,
                    skipEvery,
                    firstSlot,
                    token,
                    rules,
                    replaySlots,
                    limits,
                    clock);
        }
    }
}
