package io.firehole.cli.pilot;

import io.firehole.pool.transport.Transport;
import io.firehole.wire.proto.SubscribeRequest;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * What is to be compared.
 *
 * @param monitorId under which id the gateway is asked
 * @param request what is asked on both ways
 * @param time how long
 * @param gateway where the gateway listens
 * @param gatewayToken what it wants to see; empty for nothing
 * @param provider straight to the provider, past the budget of connections
 * @param severalNodes whether the two ways may lead to different servers of the provider
 */
public record PilotSettings(
        String monitorId,
        SubscribeRequest request,
        Duration time,
        InetSocketAddress gateway,
        Optional<String> gatewayToken,
        Transport provider,
        boolean severalNodes) {}
