package io.firehole.pool.merging;

import io.firehole.pool.routing.Term;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request of a seat, in labels. Control thread. */
final class Version {

    final Subscription subscription;

    /** The seat's own names by label. */
    final Map<Label, List<String>> names;

    /** When it is served on the present call; null before a request with all its labels was sent. */
    @Nullable
    Term term;

    Version(Subscription subscription, Map<Label, List<String>> names) {
        this.subscription = subscription;
        this.names = names;
    }

    /** Whether the provider has been seen to serve it. */
    boolean isBegun() {
        return term != null && term.isBegun();
    }

    /** Whether it was sent with labels of which nobody knows yet whether the provider takes them. */
    boolean isSuspect() {
        return term != null && names.keySet().stream().anyMatch(label -> !label.accepted);
    }

    /** Whether the provider is known to take all its labels. */
    boolean isAccepted() {
        return names.keySet().stream().allMatch(label -> label.accepted);
    }

    boolean isSent() {
        return names.keySet().stream().allMatch(Label::isSent);
    }

    /** The first request that has all its labels. */
    int since() {
        return names.keySet().stream().mapToInt(label -> label.since).max().orElse(1);
    }
}
