package io.firehole.cli.demo;

import io.firehole.pool.transport.Transport;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * How a demonstration is to run.
 *
 * @param gateway where the gateway listens; port 0 takes a free one
 * @param console where the console listens; port 0 takes a free one
 * @param monitors how many connect; the seven examples first
 * @param speed how many times faster than mainnet
 * @param time how long it runs; empty for until it is told to stop
 * @param seam what stands between the pool and the provider; a test puts faults there
 */
public record DemoSettings(
        InetSocketAddress gateway,
        InetSocketAddress console,
        int monitors,
        double speed,
        Optional<Duration> time,
        UnaryOperator<Transport> seam) {}
