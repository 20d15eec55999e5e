package io.firehole.pool.merging;

import io.firehole.filters.FilterKind;
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
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one call asks for all who share it. Control thread.
 *
 * <p><b>Labels.</b> Each distinct filter is asked for once, whoever wants it and under whatever name: under a label of its
 * own, or, where the provider allows fewer filters than there are, under that of a union (see {@link Packer}). Labels are
 * counted up and never used again. A filter that nobody wants any more lingers for a while, if there is room, so that a
 * monitor that comes back finds it in effect. While a monitor changes its filters it is served completely by the old ones
 * up to the very update at which the provider has shown that the new ones are in effect, and from it on completely by the
 * new ones, as if a call of its own had switched there.
 *
 * <p><b>Requests</b> are numbered from 1, over all calls. Each is complete; a provider may skip any but the last. See
 * {@code routing} for what the numbers are good for.
 */
public final class MergedSubscription {

    private final CommitmentLevel commitment;
    private final List<SubscribeRequestAccountsDataSlice> slices;
    private final long lingerNanos;
    private final Packer packer;

    private final Map<Filter, Ask> asks = new LinkedHashMap<>();
    private final Set<Seat> seats = new LinkedHashSet<>();

    /** What the last request asked for, by what was asked. */
    private final Map<Filter, Label> labels = new LinkedHashMap<>();

    /** Labels the last requests no longer had, which may come until that is in effect. */
    private final List<Label> retired = new ArrayList<>();

    /** All labels of the present call. */
    private LabelHistory history;

    private final Internal slotsByEpoch;
    private final Internal metaBySeal;
    private int labelsMade;
    private int lastRequest;
    private boolean requestDue;
    private boolean tableStale;

    /**
     * @param commitment of everybody on the call
     * @param slices of everybody on the call
     * @param lingerNanos how long a filter without users lives on
     * @param rules what a request may hold
     */
    public MergedSubscription(
            CommitmentLevel commitment,
            List<SubscribeRequestAccountsDataSlice> slices,
            long lingerNanos,
            StreamRules rules) {
        this.commitment = commitment;
        this.slices = List.copyOf(slices);
        this.lingerNanos = lingerNanos;
        this.packer = new Packer(rules, slices);
        this.history = new LabelHistory(commitment);
        this.slotsByEpoch = new Internal(commitment);
        this.metaBySeal = new Internal(commitment);
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
        seat.versions.getLast().names.keySet().forEach(ask -> ask.accepted = true);
        return seat;
    }

    /**
     * How everybody's filters and those of one more would travel together.
     *
     * @param replacing whose filters they are to replace; null for one who is not here
     */
    public Packing packingWith(Subscription subscription, @Nullable Seat replacing) {
        Set<Filter> filters = wanted(replacing);
        filters.addAll(subscription.distinctFilters());
        return packer.pack(filters, internally());
    }

    /** The complete request as it would be if these were asked as well, or empty if there is no room for them. */
    public Optional<SubscribeRequest> preview(Collection<Subscription> subscriptions) {
        Set<Filter> filters = wanted(null);
        subscriptions.forEach(subscription -> filters.addAll(subscription.distinctFilters()));
        if (!(packer.pack(filters, internally()) instanceof Packing.Packed packed)) {
            return Optional.empty();
        }
        SubscribeRequest.Builder request = commonParts();
        int label = labelsMade;
        for (Bundle bundle : packed.bundles()) {
            bundle.upstream().put(request, LabelText.filter(label++));
        }
        return Optional.of(withInternals(request, lastRequest + 1));
    }

    /** Gives a monitor other filters than before. */
    public void change(Seat seat, Subscription subscription, long nowNanos) {
        Version version = new Version(subscription, named(subscription));
        if (!seat.versions.isEmpty() && seat.versions.getLast().term == null) {
            // Never sent: as at a server that finds two requests waiting, only the last one counts.
            release(seat.versions.removeLast(), nowNanos);
        }
        seat.versions.add(version);
        if (version.isSent() || isSatisfied(version)) {
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

    /** How each filter of what a monitor asked last travels, in the order of its request. */
    public List<Carriage> carriages(Seat seat) {
        List<Carriage> carriages = new ArrayList<>();
        seat.versions.getLast().names.forEach((ask, names) -> {
            Set<Ask> together = new LinkedHashSet<>(Set.of(ask));
            Carriage.Vehicle vehicle = vehicle(ask, together);
            List<Seat> fellows = seats.stream()
                    .filter(other -> other != seat
                            && other.versions.getLast().names.keySet().stream().anyMatch(together::contains))
                    .toList();
            names.forEach(name -> carriages.add(new Carriage(ask.filter, name, vehicle, fellows)));
        });
        return carriages;
    }

    /** @param together takes what travels with it */
    private Carriage.Vehicle vehicle(Ask ask, Set<Ask> together) {
        if (!ask.isSent()) {
            return new Carriage.Vehicle.Unsent();
        }
        for (Label label : labels.values()) {
            if (label.covers().contains(ask)) {
                String text = LabelText.filter(label.number);
                if (!label.isUnion()) {
                    return new Carriage.Vehicle.Alone(text);
                }
                together.addAll(label.covers());
                return new Carriage.Vehicle.United(
                        text,
                        label.upstream,
                        label.covers().size(),
                        label.counts().received(),
                        label.counts().wanted());
            }
        }
        return slotsByEpoch.serves(ask) || metaBySeal.serves(ask)
                ? new Carriage.Vehicle.ByInternal()
                : new Carriage.Vehicle.Unsent();
    }

    /** Whether there is something to send: filters the provider does not know, or some it need not know any more. */
    public boolean isRequestDue(long nowNanos) {
        return requestDue || asks.values().stream().anyMatch(ask -> isExpired(ask, nowNanos));
    }

    /** When a filter will have lingered long enough; empty if none lingers. */
    public OptionalLong nextExpiryNanos() {
        return asks.values().stream()
                .filter(ask -> ask.users == 0)
                .mapToLong(ask -> ask.idleSinceNanos + lingerNanos)
                .min();
    }

    /** Whether nobody is on the call, and no filter lingers that might be wanted again. */
    public boolean isDeserted(long nowNanos) {
        return seats.isEmpty() && asks.values().stream().allMatch(ask -> isExpired(ask, nowNanos));
    }

    /** The complete request to send next. Its table must be in use before it is sent. */
    public SubscribeRequest nextRequest(long nowNanos) {
        int request = ++lastRequest;
        requestDue = false;
        tableStale = true;
        asks.values().removeIf(ask -> isExpired(ask, nowNanos));
        Packing.Packed packing = packing();
        if (dropsWhatIsInUse(packing)) {
            // From the first update on that comes for the new request nothing may seem to come for the one before.
            retireAll(request);
        }
        relabel(packing, request);
        slotsByEpoch.serve(asksOf(packing.slotsByEpoch()), request);
        metaBySeal.serve(asksOf(packing.metaBySeal()), request);
        forgetWhatIsNotAsked(packing, request);
        for (Seat seat : seats) {
            Version newest = seat.versions.getLast();
            if (newest.term == null) {
                begin(seat, newest);
            }
        }
        return encoded(request);
    }

    /** Whether a request leaves out what a monitor still gets until that request is in effect. */
    private boolean dropsWhatIsInUse(Packing.Packed packing) {
        Set<Ask> asked = asked(packing);
        return asks.values().stream().anyMatch(ask -> ask.users > 0 && ask.isSent() && !asked.contains(ask));
    }

    private void retireAll(int request) {
        labels.values().forEach(label -> label.until = request);
        retired.addAll(labels.values());
        labels.clear();
    }

    private Set<Ask> asked(Packing.Packed packing) {
        Set<Ask> asked = new LinkedHashSet<>();
        packing.bundles().forEach(bundle -> asked.addAll(asksOf(bundle.asked())));
        asked.addAll(asksOf(packing.slotsByEpoch()));
        asked.addAll(asksOf(packing.metaBySeal()));
        return asked;
    }

    private void relabel(Packing.Packed packing, int request) {
        Map<Filter, Label> before = new LinkedHashMap<>(labels);
        labels.clear();
        for (Bundle bundle : packing.bundles()) {
            List<Ask> covers = asksOf(bundle.asked());
            Label label = before.get(bundle.upstream());
            if (label != null && label.mayCover(covers)) {
                before.remove(bundle.upstream());
                covers.forEach(label::cover);
            } else {
                label = new Label(labelsMade++, bundle.upstream(), request, covers, commitment);
                history.add(label);
            }
            label.wide = !bundle.exact();
            labels.put(bundle.upstream(), label);
        }
        for (Label gone : before.values()) {
            gone.until = request;
            retired.add(gone);
        }
    }

    private void forgetWhatIsNotAsked(Packing.Packed packing, int request) {
        Set<Ask> asked = asked(packing);
        for (Ask ask : asks.values()) {
            if (!asked.contains(ask)) {
                ask.since = Ask.UNSENT;
            } else if (!ask.isSent()) {
                ask.since = request;
            }
        }
        asks.values().removeIf(ask -> ask.users == 0 && !ask.isSent());
    }

    /** All that is wanted and, if each filter can still travel by itself, also what lingers. */
    private Packing.Packed packing() {
        if (packer.pack(asks.keySet(), internally()) instanceof Packing.Packed all && all.fit() == Packing.Fit.PLAIN) {
            return all;
        }
        return switch (packer.pack(wanted(null), internally())) {
            case Packing.Packed packed -> packed;
            case Packing.Overfull overfull ->
                throw new IllegalStateException("more was let in than fits into a request: " + overfull);
        };
    }

    /** What the internal filters serve on the present call, and go on serving. */
    private Set<FilterKind> internally() {
        Set<FilterKind> kinds = EnumSet.noneOf(FilterKind.class);
        if (slotsByEpoch.isServing()) {
            kinds.add(FilterKind.SLOTS);
        }
        if (metaBySeal.isServing()) {
            kinds.add(FilterKind.BLOCKS_META);
        }
        return kinds;
    }

    /** What everybody asked last. */
    private Set<Filter> wanted(@Nullable Seat except) {
        Set<Filter> wanted = new LinkedHashSet<>();
        for (Seat seat : seats) {
            if (seat != except) {
                seat.versions.getLast().names.keySet().forEach(ask -> wanted.add(ask.filter));
            }
        }
        return wanted;
    }

    /** Whether what the provider is asked already brings all that this asks for; then it needs no request. */
    private boolean isSatisfied(Version version) {
        if (lastRequest == 0 || requestDue) {
            return false;
        }
        List<Ask> unsent =
                version.names.keySet().stream().filter(ask -> !ask.isSent()).toList();
        if (!(packer.pack(wanted(null), internally()) instanceof Packing.Packed packed)
                || packed.fit() == Packing.Fit.PLAIN) {
            return false;
        }
        Map<Ask, Label> found = new LinkedHashMap<>();
        for (Ask ask : unsent) {
            if (!slotsByEpoch.wouldServe(ask, packed.slotsByEpoch())
                    && !metaBySeal.wouldServe(ask, packed.metaBySeal())) {
                Label label = labelFor(ask, packed);
                if (label == null) {
                    return false;
                }
                found.put(ask, label);
            }
        }
        for (Ask ask : unsent) {
            Label label = found.get(ask);
            if (label != null) {
                label.cover(ask);
                ask.since = label.since;
            } else {
                Internal internal = slotsByEpoch.wouldServe(ask, packed.slotsByEpoch()) ? slotsByEpoch : metaBySeal;
                ask.since = internal.alsoServe(ask);
            }
        }
        return true;
    }

    /** A label the provider knows that would bring this as well, if everything were packed anew. */
    private @Nullable Label labelFor(Ask ask, Packing.Packed packed) {
        for (Bundle bundle : packed.bundles()) {
            if (bundle.asked().contains(ask.filter)) {
                Label label = labels.get(bundle.upstream());
                return label != null && label.mayCover(asksOf(bundle.asked())) ? label : null;
            }
        }
        return null;
    }

    private List<Ask> asksOf(List<Filter> filters) {
        return filters.stream()
                .map(filter -> Objects.requireNonNull(asks.get(filter)))
                .toList();
    }

    /** Whether the last table made is not what {@link #table} would make now. */
    public boolean isTableStale() {
        return tableStale;
    }

    /** The table for what has been sent so far, and for who is there now. */
    public RoutingTable table() {
        tableStale = false;
        Map<Ask, List<Target>> targets = new LinkedHashMap<>();
        List<Term> open = new ArrayList<>();
        for (Seat seat : seats) {
            int until = Target.NEVER;
            for (Version version : seat.versions.reversed()) {
                Term term = version.term;
                if (term == null) {
                    continue;
                }
                for (Map.Entry<Ask, List<String>> named : version.names.entrySet()) {
                    targets.computeIfAbsent(named.getKey(), ask -> new ArrayList<>())
                            .add(new Target(term, until, named.getValue()));
                }
                if (term.firstWholeSlot().isEmpty()) {
                    open.add(term);
                }
                until = term.from();
            }
        }
        List<Route> routes = new ArrayList<>(labels.size() + retired.size());
        labels.values().forEach(label -> routes.add(label.route(ask -> targets.getOrDefault(ask, List.of()))));
        retired.forEach(label -> routes.add(label.route(ask -> targets.getOrDefault(ask, List.of()))));
        return new RoutingTable(
                routes,
                open,
                slotsByEpoch.route(ask -> targets.getOrDefault(ask, List.of())),
                metaBySeal.route(ask -> targets.getOrDefault(ask, List.of())));
    }

    /**
     * Takes note of what the router of the present call has seen: what newer requests have replaced is over.
     *
     * @param request the one known to be in effect
     * @return the monitors that are served for the first time on the present call
     */
    public List<Seat> confirm(int request, long nowNanos) {
        for (Ask ask : asks.values()) {
            ask.accepted |= ask.isSent() && ask.since <= request;
        }
        tableStale |= retired.removeIf(label -> label.until <= request);
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

    /** Those who asked for filters that no request known to have been in effect has had: one of them may be at fault. */
    public List<Seat> suspects() {
        return seats.stream()
                .filter(seat -> seat.versions.stream().anyMatch(Version::isSuspect))
                .toList();
    }

    /**
     * A union that brings too much that nobody asked for.
     *
     * @param rule the rule that forces it, as configuration names it
     * @param last who of those it is for came last
     */
    public record WideUnion(String rule, long received, long wanted, Seat last) {}

    /** Updates a union must have brought before it is judged. */
    static final long JUDGED_FROM = 1_000;

    /**
     * A union that has brought more than so many updates for each that was asked for since it was judged last. None while
     * the provider is to be asked for something else.
     */
    public Optional<WideUnion> tooWide(double timesMax) {
        if (requestDue) {
            return Optional.empty();
        }
        for (Label label : labels.values()) {
            long received = label.receivedUnjudged();
            long wanted = label.wantedUnjudged();
            if (label.isUnion() && received >= JUDGED_FROM && received > timesMax * Math.max(1, wanted)) {
                Optional<Seat> last = seats.stream()
                        .filter(seat ->
                                seat.versions.getLast().names.keySet().stream().anyMatch(label.covers()::contains))
                        .reduce((earlier, later) -> later);
                if (last.isPresent()) {
                    label.judged();
                    return Optional.of(
                            new WideUnion(Packer.ruleOf(label.upstream.kind()), received, wanted, last.get()));
                }
            }
        }
        return Optional.empty();
    }

    /** Whether filters travel as unions, to which the provider may object though it took each of them. */
    public boolean hasUnions() {
        return labels.values().stream().anyMatch(Label::isUnion);
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
        asks.values().removeIf(ask -> ask.users == 0);
        asks.values().forEach(ask -> ask.since = Ask.UNSENT);
        labels.clear();
        retired.clear();
        history = new LabelHistory(commitment);
        slotsByEpoch.restart();
        metaBySeal.restart();
        requestDue = true;
    }

    /** Under which labels the present call asks for what, as long as there is the call. */
    public LabelHistory history() {
        return history;
    }

    /** The number of the last request; 0 before the first. */
    public int lastRequest() {
        return lastRequest;
    }

    /** Who shares the call. */
    public Collection<Seat> seats() {
        return Collections.unmodifiableSet(seats);
    }

    /** How many filters the provider is asked for, without the internal ones. */
    public int labelCount() {
        return labels.size();
    }

    /** How many filters are asked for that nobody uses. */
    public int lingeringCount() {
        return (int) asks.values().stream().filter(ask -> ask.users == 0).count();
    }

    private Map<Ask, List<String>> named(Subscription subscription) {
        Map<Ask, List<String>> names = new LinkedHashMap<>();
        for (Subscription.Named named : subscription.filters()) {
            Ask ask = asks.computeIfAbsent(named.filter(), Ask::new);
            names.computeIfAbsent(ask, any -> new ArrayList<>()).add(named.name());
        }
        names.keySet().forEach(ask -> ask.users++);
        return names;
    }

    private void release(Version version, long nowNanos) {
        for (Ask ask : version.names.keySet()) {
            if (--ask.users == 0) {
                ask.idleSinceNanos = nowNanos;
                if (!ask.isSent()) {
                    asks.remove(ask.filter);
                } else if (labels.values().stream()
                        .anyMatch(label -> label.wide && label.covers().contains(ask))) {
                    // It does not linger where it makes others' updates come among many that nobody wants.
                    requestDue = true;
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

    private boolean isExpired(Ask ask, long nowNanos) {
        return ask.users == 0 && nowNanos - ask.idleSinceNanos >= lingerNanos;
    }

    private SubscribeRequest encoded(int request) {
        SubscribeRequest.Builder merged = commonParts();
        for (Label label : labels.values()) {
            label.upstream.put(merged, LabelText.filter(label.number));
        }
        return withInternals(merged, request);
    }

    private SubscribeRequest.Builder commonParts() {
        SubscribeRequest.Builder merged = SubscribeRequest.newBuilder();
        if (commitment != CommitmentLevel.PROCESSED) {
            merged.setCommitment(commitment);
        }
        return merged.addAllAccountsDataSlice(slices);
    }

    private static SubscribeRequest withInternals(SubscribeRequest.Builder merged, int request) {
        putEpoch(merged, "", request);
        putSeal(merged, "", request);
        return merged.build();
    }

    /** Adds the internal slots filter, whose name begins with that prefix. */
    static void putEpoch(SubscribeRequest.Builder merged, String prefix, int request) {
        merged.putSlots(
                prefix + LabelText.epoch(request),
                SubscribeRequestFilterSlots.newBuilder()
                        .setInterslotUpdates(true)
                        .build());
    }

    /** Adds the internal blocks_meta filter, whose name begins with that prefix. */
    static void putSeal(SubscribeRequest.Builder merged, String prefix, int request) {
        merged.putBlocksMeta(prefix + LabelText.seal(request), SubscribeRequestFilterBlocksMeta.getDefaultInstance());
    }
}
