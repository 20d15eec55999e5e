package io.firehole.cli.config;

import io.firehole.cli.rpc.RpcSettings;
import java.time.Duration;

/**
 * How gaps beyond the provider's replay are filled.
 *
 * @param rpc where blocks are asked for
 * @param maxSlots how many slots of one gap are filled at the most
 * @param maxTime for how long a stream that broke waits for that at the most
 */
public record FillingConfig(RpcSettings rpc, int maxSlots, Duration maxTime) {}
