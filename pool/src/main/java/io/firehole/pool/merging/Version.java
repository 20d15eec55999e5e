package io.firehole.pool.merging;

import io.firehole.pool.routing.Term;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request of a seat, by its filters. Control thread. */
final class Version {

    final Subscription subscription;

    /** The seat's own names by what it asks. */
    final Map<Ask, List<String>> names;

    /** When it is served on the present call; null before a request with all its filters was sent. */
    @Nullable
    Term term;

    Version(Subscription subscription, Map<Ask, List<String>> names) {
        this.subscription = subscription;
        this.names = names;
    }

    /** Whether the provider has been seen to serve it. */
    boolean isBegun() {
        return term != null && term.isBegun();
    }

    /** Whether it was sent with filters of which nobody knows yet whether the provider takes them. */
    boolean isSuspect() {
        return term != null && names.keySet().stream().anyMatch(ask -> !ask.accepted);
    }

    /** Whether the provider is known to take all its filters. */
    boolean isAccepted() {
        return names.keySet().stream().allMatch(ask -> ask.accepted);
    }

    boolean isSent() {
        return names.keySet().stream().allMatch(Ask::isSent);
    }

    /** The first request that asks for all its filters. */
    int since() {
        return names.keySet().stream().mapToInt(ask -> ask.since).max().orElse(1);
    }
}
