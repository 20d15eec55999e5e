package io.firehole.pool;

import io.firehole.pool.merging.Subscription;
import io.firehole.wire.GrpcStatus;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which stream serves a monitor. Control thread.
 *
 * <p>In this order: a connection of the group that has room, one that has a stream to share before one that has not; a
 * connection nobody uses (in either case one that is ready before one that is not); a new one, within the group's share and the pool's maximum; and when there can be none, the
 * connection of the group with the fewest monitors, or of any group if it has none. Room is counted in monitors' streams:
 * a busy group gives each few companions, a quiet one many, and when its share is used up they move closer together.
 */
final class Placement {

    private static final Logger log = LoggerFactory.getLogger(Placement.class);

    private final PoolContext pool;
    private final Links links;
    private final Vetting vetting;
    private final Runnable onLeft;
    private final Shares shares;
    private final Set<Member> members = new LinkedHashSet<>();
    private long streamIds;

    /** @param onLeft told when a member that had joined has left */
    Placement(PoolContext pool, Links links, Vetting vetting, Runnable onLeft) {
        this.pool = pool;
        this.links = links;
        this.vetting = vetting;
        pool.watch().report(this::mistrusted);
        this.onLeft = onLeft;
        this.shares = Shares.of(pool.config());
    }

    void joined(Member member) {
        members.add(member);
    }

    void left(Member member) {
        if (members.remove(member)) {
            pool.tally().left(member.stream());
            onLeft.run();
        }
    }

    /** A monitor read too slowly, and its stream has ended for that. */
    void overran(Member member) {
        pool.tally().overruns++;
        log.warn(
                "Monitor {} lagged: {} updates of {} bytes waited for it, limit {} and {}; its stream has ended",
                member.id(),
                member.stream().waiting(),
                member.stream().waitingBytes(),
                pool.config().mailbox().updates(),
                pool.config().mailbox().bytes());
    }

    Set<Member> members() {
        return members;
    }

    /** How that monitor is served; empty if it is not there. */
    Optional<MonitorExplanation> explain(String monitorId) {
        List<MonitorExplanation.Stream> streams = members.stream()
                .filter(member -> member.id().equals(monitorId))
                .map(Member::explain)
                .toList();
        return streams.isEmpty() ? Optional.empty() : Optional.of(new MonitorExplanation(monitorId, streams));
    }

    Vetting vetting() {
        return vetting;
    }

    /**
     * Has tried what a monitor asks, if it is to share a stream on which that would put others at risk.
     *
     * @param newest the place it took last; null if it has none
     * @param told hears the verdict, perhaps before this returns
     * @return null if there is nothing to wait for
     */
    @Nullable
    Examination examine(Member member, @Nullable Place newest, Subscription subscription, Consumer<Verdict> told) {
        if (needsItsOwn(member, subscription)) {
            return null;
        }
        SharedStream target;
        if (newest != null && newest.accepts(subscription)) {
            if (!(newest.stream() instanceof SharedStream shared)) {
                return null;
            }
            target = shared;
        } else {
            target = prospect(member.group(), subscription);
        }
        return vetting.examine(member, target, subscription, told);
    }

    /** The stream that a newcomer would share; null if it would have one for itself. */
    private @Nullable SharedStream prospect(Group group, Subscription subscription) {
        StreamKey key = StreamKey.of(group, subscription);
        Link link = open(group, key, subscription, null);
        if (link == null && !mayOpen(group)) {
            link = leastUsed(group);
        }
        return link == null ? null : shared(link, key, subscription, null);
    }

    /** What a monitor got was not what its filters say, and not for the first time: nobody shares its stream any more. */
    private void mistrusted(Member member, String why) {
        log.error("Monitor {} gets a stream of its own, since it was not served exactly: {}", member.id(), why);
        pool.tally()
                .event(
                        "mistrusted",
                        member.id(),
                        "It gets a stream of its own, since what it got differed from its filters in "
                                + Integrity.DISAGREEMENTS_MAX + " of its latest " + Integrity.WITHIN_SAMPLES
                                + " samples at the most; the last time " + why);
        member.isolate();
    }

    /** What a monitor asked has been tried: tells whoever wants to know. */
    void noteVerdict(Member member, Verdict verdict) {
        switch (verdict) {
            case Verdict.Refused(GrpcStatus why, boolean remembered) -> {
                if (remembered) {
                    // Who comes back with it every second must not fill log and events.
                    log.debug("Monitor {} asks again for what the provider refused", member.id());
                    return;
                }
                log.warn("The provider refuses what monitor {} asks: {}", member.id(), why.message());
                pool.tally().event("refused", member.id(), "The provider refuses what it asks: " + why.message());
            }
            case Verdict.Apart(GrpcStatus why) -> {
                log.warn(
                        "The provider takes what monitor {} asks, but not with what the others ask: {}",
                        member.id(),
                        why.message());
                pool.tally()
                        .event(
                                "apart",
                                member.id(),
                                "The provider takes what it asks, but not with what others ask on the same stream, so it"
                                        + " goes to another: " + why.message());
            }
            case Verdict.Unknown(String cause) -> {
                log.warn("What monitor {} asks could not be tried before it is merged: {}", member.id(), cause);
                pool.tally()
                        .event("unvetted", member.id(), "What it asks was merged without having been tried: " + cause);
            }
            case Verdict.Taken taken -> {}
            case Verdict.Moot moot -> {}
        }
    }

    /** Takes a place for a monitor. */
    Place place(Member member, Subscription subscription) {
        Group group = member.group();
        if (needsItsOwn(member, subscription)) {
            OwnStream stream = new OwnStream(
                    pool, this, nextStreamId(), link(group, null, subscription, null), member, subscription);
            stream.start();
            return stream;
        }
        StreamKey key = StreamKey.of(group, subscription);
        Link link = link(group, key, subscription, null);
        SharedStream shared = shared(link, key, subscription, null);
        if (shared != null) {
            return shared.join(member, subscription);
        }
        SharedStream stream = new SharedStream(pool, this, ++streamIds, link, key);
        Place place = stream.join(member, subscription);
        stream.start();
        return place;
    }

    private static boolean needsItsOwn(Member member, Subscription subscription) {
        return subscription.needsOwnCall() || member.isDedicated();
    }

    /**
     * Gives a monitor another place than it has, by its group and by whether it is to have a stream for itself as these
     * stand now, and moves it there without loss: see {@link Move}.
     *
     * @return whether it is on its way, or has nothing to move. False if that is not possible now, and then nothing has
     *     changed: it is not served yet, or not by an open call (then there is nothing to hand over, and its call is about
     *     to begin anew where it is), waits for a replay, is on its way already, or its new stream would be one more than
     *     may be
     */
    boolean relocate(Member member) {
        if (member.link().isEmpty()) {
            return true;
        }
        Optional<Place> from = member.movable();
        return from.isPresent() && move(member, from.get(), from.get().onward().orElseThrow());
    }

    /**
     * Has a monitor stand differently in the pool, and moves each of its streams that does not stand so already.
     *
     * @return whether it has any stream
     */
    boolean restand(String monitorId, UnaryOperator<Monitor> change) {
        List<Member> its =
                members.stream().filter(member -> member.id().equals(monitorId)).toList();
        for (Member member : its) {
            Monitor changed = change.apply(member.standing());
            Monitor before = member.standing();
            member.stands(changed);
            if (changed.group() != before.group() || changed.dedicated() != before.dedicated()) {
                member.relocate();
            }
        }
        return !its.isEmpty();
    }

    /** The same to that stream, which must serve what the monitor asks. */
    boolean relocate(Member member, SharedStream target) {
        Optional<Place> from = member.movable();
        if (from.isEmpty() || target.equals(from.get().stream())) {
            return false;
        }
        Subscription subscription = from.get().onward().orElseThrow();
        boolean fits = !target.isEnded()
                && !target.isRetiring()
                && target.moves().hasRoom()
                && target.key().commitment() == subscription.commitment()
                && target.key().serves(subscription)
                && target.hasRoomFor(subscription);
        if (fits) {
            Move move = new Move(pool, member, from.get(), subscription);
            move.begin(target, () -> target.receive(move));
        }
        return fits;
    }

    /**
     * Moves a monitor that asks for something else to a stream which can serve it; the change takes effect at the boundary
     * of a slot. False if that cannot be done without loss: at another commitment, with other slices, for a replay, or
     * while it is not settled where it is.
     */
    boolean moves(Member member, Subscription next) {
        Optional<Place> from = member.movable();
        return from.isPresent()
                && !next.request().hasFromSlot()
                && from.get().onward().orElseThrow().agreesWith(next)
                && move(member, from.get(), next);
    }

    private boolean move(Member member, Place from, Subscription subscription) {
        Group group = member.group();
        Move move = new Move(pool, member, from, subscription);
        if (needsItsOwn(member, subscription)) {
            OwnStream own =
                    new OwnStream(pool, this, nextStreamId(), link(group, null, subscription, from.stream()), move);
            move.begin(own, () -> own);
            own.start();
            return true;
        }
        StreamKey key = StreamKey.of(group, subscription);
        Link link = link(group, key, subscription, from.stream());
        SharedStream shared = shared(link, key, subscription, from.stream());
        if (shared != null) {
            move.begin(shared, () -> shared.receive(move));
        } else {
            SharedStream made = new SharedStream(pool, this, ++streamIds, link, key);
            move.begin(made, () -> made.receive(move));
            made.start();
        }
        return true;
    }

    /** A stream of the same kind on the same connection, with nobody on it yet and not yet started. */
    SharedStream another(SharedStream stream) {
        return new SharedStream(pool, this, ++streamIds, stream.link(), stream.key());
    }

    long nextStreamId() {
        return ++streamIds;
    }

    /** @param except a stream that the monitor is to leave; null for none */
    private Link link(Group group, @Nullable StreamKey key, Subscription subscription, @Nullable Upstream<?> except) {
        Link open = open(group, key, subscription, except);
        if (open != null) {
            pool.tally().hits++;
            return open;
        }
        if (mayOpen(group)) {
            pool.tally().misses++;
            return links.open();
        }
        pool.tally().hits++;
        return leastUsed(group);
    }

    private @Nullable Link open(
            Group group, @Nullable StreamKey key, Subscription subscription, @Nullable Upstream<?> except) {
        Link ready = open(group, key, subscription, except, true);
        return ready != null ? ready : open(group, key, subscription, except, false);
    }

    private @Nullable Link open(
            Group group,
            @Nullable StreamKey key,
            Subscription subscription,
            @Nullable Upstream<?> except,
            boolean ready) {
        int room = pool.config().limits(group).streamsPerConnection();
        Link found = null;
        Link unused = null;
        for (Link link : links.all()) {
            if (link.ready().isPresent() != ready) {
                continue;
            }
            if (link.group() == group && link.monitors() < room) {
                if (key != null && shared(link, key, subscription, except) != null) {
                    return link;
                }
                found = found == null ? link : found;
            } else if (link.group() == null && unused == null) {
                unused = link;
            }
        }
        return found != null ? found : unused;
    }

    private Link leastUsed(Group group) {
        boolean hasOwn = count(group) > 0;
        return links.all().stream()
                .filter(link -> !hasOwn || link.group() == group)
                .min(Comparator.comparingInt(Link::monitors))
                .orElseThrow();
    }

    private static @Nullable SharedStream shared(
            Link link, StreamKey key, Subscription subscription, @Nullable Upstream<?> except) {
        for (Upstream<?> stream : link.streams()) {
            if (stream instanceof SharedStream shared
                    && !shared.equals(except)
                    && !shared.isEnded()
                    && !shared.isRetiring()
                    && shared.moves().hasRoom()
                    && shared.key().equals(key)
                    && shared.hasRoomFor(subscription)) {
                return shared;
            }
        }
        return null;
    }

    /** Whether the group may have one more connection. */
    boolean mayOpen(Group group) {
        return !links.isFull() && count(group) < shares.of(group);
    }

    /** The link that carries a stream of that monitor and is ready, if there is one. */
    Optional<Link> linkOf(String monitorId) {
        return members.stream()
                .filter(member -> member.id().equals(monitorId))
                .flatMap(member -> member.link().stream())
                .filter(link -> link.ready().isPresent())
                .findFirst();
    }

    private int count(Group group) {
        return (int) links.all().stream().filter(link -> link.group() == group).count();
    }

    /** Every stream of the provider, by number. */
    List<Upstream<?>> streams() {
        return links.all().stream()
                .flatMap(link -> link.streams().stream())
                .<Upstream<?>>map(Objects::requireNonNull)
                .sorted(Comparator.comparingLong(Upstream::id))
                .toList();
    }
}
