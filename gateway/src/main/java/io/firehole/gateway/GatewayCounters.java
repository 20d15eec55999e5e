package io.firehole.gateway;

import io.firehole.gateway.access.Refusal;
import io.firehole.gateway.stream.RelayCounters;
import io.firehole.gateway.stream.StreamCounters;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a gateway does. Any thread. */
final class GatewayCounters {

    private final StreamCounters streams = new StreamCounters();
    private final RelayCounters relayed = new RelayCounters();
    private final LongAdder unaryCalls = new LongAdder();
    private final Map<Refusal, LongAdder> refused = new EnumMap<>(Refusal.class);

    GatewayCounters() {
        for (Refusal cause : Refusal.values()) {
            refused.put(cause, new LongAdder());
        }
    }

    StreamCounters streams() {
        return streams;
    }

    RelayCounters relayed() {
        return relayed;
    }

    void unaryCall() {
        unaryCalls.increment();
    }

    void refused(Refusal cause) {
        LongAdder count = refused.get(cause);
        if (count != null) {
            count.increment();
        }
    }

    GatewayStats snapshot(ConnectionGate connections) {
        Map<Refusal, Long> causes = new EnumMap<>(Refusal.class);
        refused.forEach((cause, count) -> causes.put(cause, count.sum()));
        return new GatewayStats(
                connections.open(),
                connections.refused(),
                streams.snapshot(),
                unaryCalls.sum(),
                relayed.snapshot(),
                causes);
    }
}
