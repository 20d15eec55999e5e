package io.firehole.pool.merging;

import io.firehole.filters.FilterKind;
import io.firehole.pool.routing.Recipient;
import io.firehole.pool.routing.Term;
import io.firehole.wire.proto.SubscribeRequest;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What a call asks that one monitor has for itself: the monitor's request as it is, and the internal filters beside it.
 * So whatever is in it, a replay or what our schema does not know, means what it means to the provider. Control thread.
 *
 * <p>The internal names begin with a prefix that no name of the monitor in those two maps begins with.
 */
public final class OwnSubscription {

    private static final String MARK = "~";

    private final Supplier<? extends Recipient> recipients;
    private final String prefix;
    private final StreamRules rules;
    private Recipient recipient;
    private Subscription subscription;
    private Term term;
    private int lastRequest;
    private boolean requestDue = true;
    private boolean confirmed;

    /**
     * @param recipients makes the monitor's recipient, one for each call
     * @param rules where they leave no room for an internal filter, the monitor's own of that kind has to do
     */
    public OwnSubscription(Supplier<? extends Recipient> recipients, Subscription subscription, StreamRules rules) {
        this.rules = rules;
        this.recipients = recipients;
        this.recipient = recipients.get();
        this.subscription = subscription;
        this.prefix = freePrefix(subscription.request());
        this.term = new Term(recipient, 1);
    }

    /** How the names of the internal filters begin. */
    public String prefix() {
        return prefix;
    }

    /** Whether it can be changed to that: no name may look like an internal one. */
    public boolean accepts(Subscription other) {
        return isFree(prefix, other.request());
    }

    /** The monitor asks for something else. */
    public void change(Subscription other) {
        subscription = other;
        requestDue = true;
        confirmed = false;
    }

    /** What was asked last. */
    public Subscription subscription() {
        return subscription;
    }

    /** Whether what was asked last has not been sent yet. */
    public boolean isRequestDue() {
        return requestDue;
    }

    /** The request to send next; its {@link #term} must be in use before it is sent. */
    public SubscribeRequest nextRequest() {
        term = new Term(recipient, ++lastRequest);
        requestDue = false;
        SubscribeRequest.Builder request = subscription.request().toBuilder();
        if (request.getSlotsCount() <= rules.labelsMax(FilterKind.SLOTS)) {
            MergedSubscription.putEpoch(request, prefix, lastRequest);
        }
        if (request.getBlocksMetaCount() <= rules.labelsMax(FilterKind.BLOCKS_META)) {
            MergedSubscription.putSeal(request, prefix, lastRequest);
        }
        return request.build();
    }

    /** When the last request that was sent is served. */
    public Term term() {
        return term;
    }

    /** The first slot of which the last request that was sent gets everything; empty before that slot has begun. */
    public OptionalLong activeFromSlot() {
        return recipient.servedFrom(term.firstWholeSlot());
    }

    /** Takes note of the request known to be in effect; whether the last one has been answered is known by that. */
    public void confirm(int request) {
        confirmed |= !requestDue && request >= lastRequest;
    }

    /** Whether what was asked last is known to be in effect. */
    public boolean isConfirmed() {
        return confirmed;
    }

    /** The monitor as the present call sees it. */
    public Recipient recipient() {
        return recipient;
    }

    /** One more recipient of the monitor, for another call than the present one. */
    public Recipient another() {
        return recipients.get();
    }

    /** What to ask on a call that goes on from here: the same, without a replay that has begun. */
    public Subscription onward() {
        return subscription.request().hasFromSlot() ? subscription.withoutReplay() : subscription;
    }

    /** Whether a replay is asked for that has not begun. */
    public boolean awaitsReplay() {
        return !confirmed && subscription.request().hasFromSlot();
    }

    /** The present call is over. A replay that has begun is not asked for again. */
    public void restart() {
        if (confirmed && subscription.request().hasFromSlot()) {
            subscription = subscription.withoutReplay();
        }
        recipient.abandon();
        recipient = recipients.get();
        requestDue = true;
    }

    /** Nobody wants it any more. */
    public void leave() {
        recipient.abandon();
    }

    /** The number of the last request; 0 before the first. */
    public int lastRequest() {
        return lastRequest;
    }

    private static String freePrefix(SubscribeRequest request) {
        String prefix = MARK;
        while (!isFree(prefix, request)) {
            prefix += MARK;
        }
        return prefix;
    }

    private static boolean isFree(String prefix, SubscribeRequest request) {
        return isFree(prefix, request.getSlotsMap()) && isFree(prefix, request.getBlocksMetaMap());
    }

    private static boolean isFree(String prefix, Map<String, ?> filters) {
        Set<String> names = filters.keySet();
        return names.stream().noneMatch(name -> name.startsWith(prefix));
    }
}
