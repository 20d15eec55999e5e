package io.firehole.pool;

import io.firehole.pool.merging.Fingerprint;
import io.firehole.pool.merging.Subscription;
import io.firehole.pool.time.NanoClock;
import io.firehole.wire.GrpcStatus;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Which filters the provider has been seen to take, and which it refused of late. Control thread. */
final class FilterMemory {

    /** Filters known to be taken that are remembered; beyond that the one that was not asked for the longest is forgotten. */
    static final int TAKEN_MAX = 16_384;

    /** Refusals that are remembered; beyond that the oldest is forgotten. */
    static final int REFUSED_MAX = 1_024;

    /** How long a refusal is remembered: a provider may change its mind, or its plan be changed. */
    static final Duration REFUSED_FOR = Duration.ofSeconds(60);

    private record Refusal(GrpcStatus why, long untilNanos) {}

    private final NanoClock clock;
    private final Map<Fingerprint, Boolean> taken = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<Set<Fingerprint>, Refusal> refused = new LinkedHashMap<>();

    FilterMemory(NanoClock clock) {
        this.clock = clock;
    }

    /** Those of its filters that the provider has not been seen to take. */
    Set<Fingerprint> unknown(Subscription subscription) {
        return subscription.fingerprints().stream()
                .filter(print -> taken.get(print) == null)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The provider took these. */
    void took(Collection<Fingerprint> filters) {
        filters.forEach(print -> taken.put(print, true));
        Iterator<Fingerprint> eldest = taken.keySet().iterator();
        while (taken.size() > TAKEN_MAX) {
            eldest.next();
            eldest.remove();
        }
    }

    /** The provider did not take them after all. */
    void doubt(Collection<Fingerprint> filters) {
        filters.forEach(taken::remove);
    }

    /** The provider refused these together, of which each one or any may be at fault. */
    void refused(Set<Fingerprint> filters, GrpcStatus why) {
        if (filters.isEmpty()) {
            return;
        }
        refused.remove(filters);
        if (refused.size() == REFUSED_MAX) {
            Iterator<Set<Fingerprint>> eldest = refused.keySet().iterator();
            eldest.next();
            eldest.remove();
        }
        refused.put(filters, new Refusal(why, clock.nanos() + REFUSED_FOR.toNanos()));
    }

    /**
     * How the provider refused these of late, or a single one of them.
     *
     * @param filters of one request
     */
    Optional<GrpcStatus> refusal(Set<Fingerprint> filters) {
        Optional<GrpcStatus> together = recent(filters);
        if (together.isPresent()) {
            return together;
        }
        return filters.stream().flatMap(print -> recent(Set.of(print)).stream()).findFirst();
    }

    private Optional<GrpcStatus> recent(Set<Fingerprint> filters) {
        Refusal refusal = refused.get(filters);
        if (refusal == null) {
            return Optional.empty();
        }
        if (clock.nanos() - refusal.untilNanos() >= 0) {
            refused.remove(filters);
            return Optional.empty();
        }
        return Optional.of(refusal.why());
    }
}
