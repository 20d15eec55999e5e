package io.firehole.simulator.faults;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An order for something to go wrong.
 *
 * @param kind what
 * @param lasting how long, where a kind lasts; for those that do not, how long they are repeated. Null for the kind's
 *     default: 3 s for stall, refuse, refuse-http2 and slow; once for no-replay, invalid and poison; for ever for repetitions
 * @param every repeats it at this interval; null for once
 * @param connections the ids of the connections; null for all that are open
 */
public record Fault(
        FaultKind kind,
        @Nullable Duration lasting,
        @Nullable Duration every,
        @Nullable Set<Long> connections) {

    /** How long stall, refuse, refuse-http2 and slow last if nothing else is said. */
    public static final Duration DEFAULT_LASTING = Duration.ofSeconds(3);

    /** The shortest interval of repetition. */
    public static final Duration SHORTEST_EVERY = Duration.ofMillis(10);

    public Fault {
        if (lasting != null && !lasting.isPositive()) {
            throw new IllegalArgumentException("\"for\" must be longer than 0s");
        }
        if (every != null && every.compareTo(SHORTEST_EVERY) < 0) {
            throw new IllegalArgumentException("\"every\" must be at least 10ms");
        }
        connections = connections == null ? null : Set.copyOf(connections);
    }

    /** Once, on all connections, for the kind's default time. */
    public static Fault of(FaultKind kind) {
        return new Fault(kind, null, null, null);
    }

    /** The same for so long. */
    public Fault lasting(Duration time) {
        return new Fault(kind, time, every, connections);
    }

    /** The same again and again. */
    public Fault every(Duration interval) {
        return new Fault(kind, lasting, interval, connections);
    }

    /** The same on these connections alone. */
    public Fault on(Long... ids) {
        return new Fault(kind, lasting, every, Set.of(ids));
    }

    /** Whether it concerns this connection. */
    public boolean concerns(long connection) {
        return connections == null || connections.contains(connection);
    }

    Duration lastingOrDefault() {
        return lasting == null ? DEFAULT_LASTING : lasting;
    }
}
