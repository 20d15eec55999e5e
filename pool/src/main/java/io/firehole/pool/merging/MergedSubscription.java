package io.firehole.pool.merging;

import io.firehole.pool.routing.LabelText;
import io.firehole.pool.routing.Recipient;
import io.firehole.pool.routing.Route;
import io.firehole.pool.routing.RoutingTable;
import io.firehole.pool.routing.Target;
import io.firehole.pool.routing.Term;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestAccountsDataSlice;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What one call asks for all who share it. Control thread.
 *
 * <p><b>Labels.</b> Each distinct filter has one label, whoever asks for it and under whatever name; labels are counted
 * up and never used again. A label that nobody uses any more lingers for a while, so that a monitor that comes back finds
 * it in effect. While a monitor changes its filters, the labels of the old ones are in use until the provider has shown
 * that the new ones are in effect: so up to that very update it is served completely by the old ones, and from it on
 * completely by the new ones, as if a call of its own had switched there.
 *
 * <p><b>Requests</b> are numbered from 1, over all calls. Each is complete; a provider may skip any but the last. See
 * {@code routing} for what the numbers are good for.
 */
public final class MergedSubscription {

    private final CommitmentLevel commitment;
    private final List<SubscribeRequestAccountsDataSlice> slices;
    private final long lingerNanos;

    private final Map<Filter, Label> labels = new LinkedHashMap<>();
    private final Set<Seat> seats = new LinkedHashSet<>();
    private int labelsMade;
    private int lastRequest;
    private boolean requestDue;
    private boolean tableStale;

    /**
     * @param commitment of everybody on the call
     * @param slices of everybody on the call
     * @param lingerNanos how long a label lives on without users
     */
    public MergedSubscription(
            CommitmentLevel commitment, List<SubscribeRequestAccountsDataSlice> slices, long lingerNanos) {
        this.commitment = commitment;
        this.slices = List.copyOf(slices);
        this.lingerNanos = lingerNanos;
    }

    /**
     * Takes a monitor in.
     *
     * @param recipients makes the monitor's recipient, one for each call
     */
    public Seat join(Supplier<? extends Recipient> recipients, Subscription subscription, long nowNanos) {
        Seat seat = new Seat(recipients);
        seats.add(seat);
        change(seat, subscription, nowNanos);
        return seat;
    }

    /** Takes a monitor in that comes from another call with filters that the provider is known to take. */
    public Seat joinAccepted(Supplier<? extends Recipient> recipients, Subscription subscription, long nowNanos) {
        Seat seat = join(recipients, subscription, nowNanos);
        seat.versions.getLast().names.keySet().forEach(label -> label.accepted = true);
        return seat;
    }

    /**
     * Whether that can be asked as well without the request growing beyond what providers take. Filters that are here
     * already are counted twice, and those that linger count: it may say no where there is still room, never the reverse.
     */
    public boolean hasRoomFor(Subscription subscription) {
        long bytes = subscription.sizeBytes();
        for (Label label : labels.values()) {
            bytes += label.sizeBytes();
        }
        return bytes <= Subscription.FILTER_BYTES_MAX;
    }

    /** Gives a monitor other filters than before. */
    public void change(Seat seat, Subscription subscription, long nowNanos) {
        Version version = new Version(subscription, labelled(subscription));
        if (!seat.versions.isEmpty() && seat.versions.getLast().term == null) {
            // Never sent: as at a server that finds two requests waiting, only the last one counts.
            release(seat.versions.removeLast(), nowNanos);
        }
        seat.versions.add(version);
        if (version.isSent()) {
            begin(seat, version);
        } else {
            requestDue = true;
        }
    }

    /** Takes a monitor out: nothing goes to it any more once the next table is in use. */
    public void leave(Seat seat, long nowNanos) {
        if (seats.remove(seat)) {
            seat.versions.forEach(version -> release(version, nowNanos));
            seat.recipient().abandon();
            tableStale = true;
        }
    }

    /** Whether there is something to send: labels the provider does not know, or some it need not know any more. */
    public boolean isRequestDue(long nowNanos) {
        return requestDue || labels.values().stream().anyMatch(label -> isExpired(label, nowNanos));
    }

    /** When a label will have lingered long enough; empty if none lingers. */
    public OptionalLong nextExpiryNanos() {
        return labels.values().stream()
                .filter(label -> label.users == 0)
                .mapToLong(label -> label.idleSinceNanos + lingerNanos)
                .min();
    }

    /** Whether nobody is on the call, and no label lingers that might be wanted again. */
    public boolean isDeserted(long nowNanos) {
        return seats.isEmpty() && labels.values().stream().allMatch(label -> isExpired(label, nowNanos));
    }

    /** The complete request to send next. Its table must be in use before it is sent. */
    public SubscribeRequest nextRequest(long nowNanos) {
        int request = ++lastRequest;
        requestDue = false;
        tableStale = true;
        labels.values().removeIf(label -> isExpired(label, nowNanos));
        for (Label label : labels.values()) {
            if (!label.isSent()) {
                label.since = request;
            }
        }
        for (Seat seat : seats) {
            Version newest = seat.versions.getLast();
            if (newest.term == null) {
                begin(seat, newest);
            }
        }
        return encoded(request);
    }

    /** Whether the last table made is not what {@link #table} would make now. */
    public boolean isTableStale() {
        return tableStale;
    }

    /** The table for what has been sent so far, and for who is there now. */
    public RoutingTable table() {
        tableStale = false;
        Map<Label, List<Target>> targets = new LinkedHashMap<>();
        List<Term> open = new ArrayList<>();
        for (Seat seat : seats) {
            int until = Target.NEVER;
            for (Version version : seat.versions.reversed()) {
                Term term = version.term;
                if (term == null) {
                    continue;
                }
                for (Map.Entry<Label, List<String>> named : version.names.entrySet()) {
                    targets.computeIfAbsent(named.getKey(), label -> new ArrayList<>())
                            .add(new Target(term, until, named.getValue()));
                }
                if (term.firstWholeSlot().isEmpty()) {
                    open.add(term);
                }
                until = term.from();
            }
        }
        List<Route> routes = new ArrayList<>(labels.size());
        for (Label label : labels.values()) {
            if (label.isSent()) {
                routes.add(new Route(label.number, label.since, targets.getOrDefault(label, List.of())));
            }
        }
        return new RoutingTable(routes, open);
    }

    /**
     * Takes note of what the router of the present call has seen: what newer requests have replaced is over.
     *
     * @param request the one known to be in effect
     * @return the monitors that are served for the first time on the present call
     */
    public List<Seat> confirm(int request, long nowNanos) {
        for (Label label : labels.values()) {
            label.accepted |= label.isSent() && label.since <= request;
        }
        List<Seat> served = new ArrayList<>();
        for (Seat seat : seats) {
            while (seat.versions.size() > 1 && seat.versions.get(1).isBegun()) {
                release(seat.versions.removeFirst(), nowNanos);
                tableStale = true;
            }
            if (seat.versions.getFirst().isBegun() && seat.activate()) {
                served.add(seat);
            }
        }
        return served;
    }

    /** Those who asked for labels that no request known to have been in effect has had: one of them may be at fault. */
    public List<Seat> suspects() {
        return seats.stream()
                .filter(seat -> seat.versions.stream().anyMatch(Version::isSuspect))
                .toList();
    }

    /** The present call is over: the next one knows no label yet. What monitors asked before their last request is void. */
    public void restart(long nowNanos) {
        for (Seat seat : seats) {
            while (seat.versions.size() > 1) {
                release(seat.versions.removeFirst(), nowNanos);
            }
            seat.versions.getLast().term = null;
            seat.renew();
        }
        labels.values().removeIf(label -> label.users == 0);
        labels.values().forEach(label -> label.since = Label.UNSENT);
        requestDue = true;
    }

    /** The number of the last request; 0 before the first. */
    public int lastRequest() {
        return lastRequest;
    }

    /** Who shares the call. */
    public Collection<Seat> seats() {
        return Collections.unmodifiableSet(seats);
    }

    /** How many filters it carries. */
    public int labelCount() {
        return labels.size();
    }

    /** How many of them nobody uses. */
    public int lingeringCount() {
        return (int) labels.values().stream().filter(label -> label.users == 0).count();
    }

    private Map<Label, List<String>> labelled(Subscription subscription) {
        Map<Label, List<String>> names = new LinkedHashMap<>();
        for (Subscription.Named named : subscription.filters()) {
            Label label =
                    labels.computeIfAbsent(named.filter(), filter -> new Label(labelsMade++, filter, named.message()));
            names.computeIfAbsent(label, used -> {
                        used.users++;
                        return new ArrayList<>();
                    })
                    .add(named.name());
        }
        return names;
    }

    private void release(Version version, long nowNanos) {
        for (Label label : version.names.keySet()) {
            if (--label.users == 0) {
                label.idleSinceNanos = nowNanos;
                if (!label.isSent()) {
                    labels.remove(label.filter);
                }
            }
        }
    }

    private void begin(Seat seat, Version version) {
        tableStale = true;
        int from = version.since();
        int at = seat.versions.indexOf(version);
        if (at > 0) {
            from = Math.max(
                    from, Objects.requireNonNull(seat.versions.get(at - 1).term).from());
        }
        version.term = new Term(seat.recipient(), from);
    }

    private boolean isExpired(Label label, long nowNanos) {
        return label.users == 0 && nowNanos - label.idleSinceNanos >= lingerNanos;
    }

    private SubscribeRequest encoded(int request) {
        SubscribeRequest.Builder merged = SubscribeRequest.newBuilder();
        if (commitment != CommitmentLevel.PROCESSED) {
            merged.setCommitment(commitment);
        }
        merged.addAllAccountsDataSlice(slices);
        for (Label label : labels.values()) {
            Filter.put(merged, label.filter.kind(), LabelText.filter(label.number), label.message);
        }
        return withInternals(merged, "", request);
    }

    /** Adds the internal filters, whose names begin with that prefix. */
    static SubscribeRequest withInternals(SubscribeRequest.Builder merged, String prefix, int request) {
        return merged.putSlots(
                        prefix + LabelText.epoch(request),
                        SubscribeRequestFilterSlots.newBuilder()
                                .setInterslotUpdates(true)
                                .build())
                .putBlocksMeta(prefix + LabelText.seal(), SubscribeRequestFilterBlocksMeta.getDefaultInstance())
                .build();
    }
}
