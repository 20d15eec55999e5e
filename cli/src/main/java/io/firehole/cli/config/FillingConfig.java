package io.firehole.cli.config;

import io.firehole.cli.rpc.RpcSettings;

/**
 * How gaps beyond the provider's replay are filled.
 *
 * @param rpc where blocks are asked for
 * @param maxSlots how many slots of one gap are filled at the most
 */
public record FillingConfig(RpcSettings rpc, int maxSlots) {}
