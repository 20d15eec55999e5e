package io.firehole.gateway;

import io.firehole.gateway.access.Refusal;
import io.firehole.gateway.stream.RelayCounters;
import io.firehole.gateway.stream.StreamCounters;
import java.util.Map;

/**
 * What a gateway has done since it started.
 *
 * @param connections open now
 * @param connectionsRefused closed at once, since too many were open
 * @param streams of {@code Subscribe}
 * @param unaryCalls that were let in
 * @param relayed calls of methods that are the provider's alone
 * @param refused calls refused before they began, by cause; every cause is there
 */
public record GatewayStats(
        long connections,
        long connectionsRefused,
        StreamCounters.Snapshot streams,
        long unaryCalls,
        RelayCounters.Snapshot relayed,
        Map<Refusal, Long> refused) {

    public GatewayStats {
        refused = Map.copyOf(refused);
    }
}
