package io.firehole.pool;

import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.pool.merging.Subscription;
import io.firehole.wire.proto.SubscribeRequest;
import org.jspecify.annotations.Nullable;

/**
 * One monitor on one call, with what it is to get: what the {@link IntegrityWatch} compares. Made on the control thread when
 * the provider has been seen to serve the monitor's newest request; then for any thread.
 */
final class Watched {

    /** How many slots a monitor must have been served before it is judged: what comes late may be another call's to deliver. */
    static final int SETTLING_SLOTS = 16;

    private final Post post;
    private final Subscription subscription;
    private final MonitorRecipient recipient;
    private final long fromSlot;

    /** Made by whichever thread needs it first; two may, and make equal ones. */
    private volatile @Nullable FilterSet filters;

    /** Where a monitor is served. Control thread. */
    interface Post {

        /** Whether it has been served there in just this way all the time since. */
        boolean isStill(Watched watched);

        Member member();
    }

    /** @param highestSlot the highest that its call has shown */
    Watched(Post post, Subscription subscription, MonitorRecipient recipient, long highestSlot) {
        this.post = post;
        this.subscription = subscription;
        this.recipient = recipient;
        this.fromSlot = highestSlot + SETTLING_SLOTS;
    }

    Post post() {
        return post;
    }

    Subscription subscription() {
        return subscription;
    }

    MonitorRecipient recipient() {
        return recipient;
    }

    /** The first slot for which it is judged. */
    long fromSlot() {
        return fromSlot;
    }

    SubscribeRequest request() {
        return subscription.request();
    }

    FilterSet filters() {
        FilterSet made = filters;
        if (made == null) {
            try {
                made = FilterSet.compile(subscription.request(), FilterLimits.UNLIMITED);
            } catch (InvalidFilterException impossible) {
                throw new IllegalStateException("a subscription has been validated before", impossible);
            }
            filters = made;
        }
        return made;
    }
}
