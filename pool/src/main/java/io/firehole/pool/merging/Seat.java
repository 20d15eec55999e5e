package io.firehole.pool.merging;

import io.firehole.pool.routing.Recipient;
import io.firehole.pool.routing.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * One monitor's part in a {@link MergedSubscription}. Control thread.
 *
 * <p>It holds the request that is served and those that are to follow, oldest first; all but the last are there until
 * the provider has shown that the next one is in effect.
 */
public final class Seat {

    private final Supplier<? extends Recipient> recipients;
    private Recipient recipient;
    final List<Version> versions = new ArrayList<>();
    private boolean active;

    Seat(Supplier<? extends Recipient> recipients) {
        this.recipients = recipients;
        this.recipient = recipients.get();
    }

    /** What was asked last. */
    public Subscription subscription() {
        return versions.getLast().subscription;
    }

    /** Whether the provider has been seen to serve any request of this seat on the present call. */
    public boolean isActive() {
        return active;
    }

    /** Whether the provider has been seen to serve the last request on the present call. */
    public boolean isNewestActive() {
        return versions.getLast().isBegun();
    }

    /** Whether the provider is known to take what was asked last. */
    public boolean isAccepted() {
        return versions.getLast().isAccepted();
    }

    /** The first slot of which the newest request that is served gets everything; empty before that slot has begun. */
    public OptionalLong activeFromSlot() {
        OptionalLong slot = OptionalLong.empty();
        for (Version version : versions) {
            Term term = version.term;
            if (term != null && term.isBegun()) {
                slot = term.recipient().servedFrom(term.firstWholeSlot());
            }
        }
        return slot;
    }

    /** See {@link Term#contentToCome}, of the newest request that is served. */
    public OptionalLong contentToCome() {
        OptionalLong slot = OptionalLong.empty();
        for (Version version : versions) {
            Term term = version.term;
            if (term != null && term.isBegun()) {
                slot = term.contentToCome();
            }
        }
        return slot;
    }

    /** The monitor's recipient on the present call. */
    public Recipient recipient() {
        return recipient;
    }

    /** One more recipient of the monitor, for another call than the present one. */
    public Recipient another() {
        return recipients.get();
    }

    /** A new call: nothing is served yet. */
    void renew() {
        recipient.abandon();
        recipient = recipients.get();
        active = false;
    }

    boolean activate() {
        boolean became = !active;
        active = true;
        return became;
    }
}
