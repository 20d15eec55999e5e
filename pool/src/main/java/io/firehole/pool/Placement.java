package io.firehole.pool;

import io.firehole.pool.memory.MemoryPressure;
import io.firehole.pool.merging.Subscription;
import io.firehole.pool.planning.Decision;
import io.firehole.pool.planning.Plan;
import io.firehole.pool.planning.Planner;
import io.firehole.pool.planning.PlanningRules;
import io.firehole.pool.planning.Wish;
import io.firehole.wire.GrpcStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives every monitor the stream of the provider on which it belongs, as the {@link Planner} says. Control thread.
 *
 * <p>It shows the planner how things stand, opens and moves what that decides, and keeps the reason for whoever asks.
 */
final class Placement {

    private static final Logger log = LoggerFactory.getLogger(Placement.class);

    private final PoolContext pool;
    private final Links links;
    private final Vetting vetting;
    private final Consumer<Member> onLeft;
    private final Shares shares;
    private final Planner planner;
    private final WaitingRoom waitingRoom;
    private final MonitorLosses losses;
    private final Set<Member> members = new LinkedHashSet<>();

    /** Why filters could not be tried, as far as that was told. */
    private final Set<String> untriable = new HashSet<>();

    private long streamIds;

    /** What the planner was asked last, and what it said. */
    private record Answer(Plan plan, Wish wish, Decision decision) {}

    private @Nullable Answer answer;

    /** @param onLeft told when a member that had joined has left */
    Placement(PoolContext pool, Links links, Vetting vetting, Consumer<Member> onLeft) {
        this.pool = pool;
        this.links = links;
        this.vetting = vetting;
        pool.watch().report(this::mistrusted);
        this.onLeft = onLeft;
        this.shares = Shares.of(pool.config());
        this.waitingRoom = new WaitingRoom(pool);
        this.losses = new MonitorLosses(pool);
        Map<String, PlanningRules.GroupRules> groups = new HashMap<>();
        for (Group group : Group.values()) {
            groups.put(
                    group.word(),
                    new PlanningRules.GroupRules(
                            shares.of(group), pool.config().limits(group).streamsPerConnection()));
        }
        this.planner = new Planner(
                PlanningRules.of(pool.config().profile(), pool.config().maxConnections(), groups));
    }

    void joined(Member member) {
        members.add(member);
    }

    void left(Member member) {
        if (members.remove(member)) {
            losses.left(member);
            pool.tally().left(member.stream());
            onLeft.accept(member);
        }
    }

    /** A monitor that has no place any more has missed something. */
    void noteGap(Member member, GapLog.Hole hole) {
        for (GapLog.Noted noted : pool.tally().gaps().note(hole, List.of(member.id()))) {
            pool.tally().event("gap", member.id(), noted.told());
        }
    }

    /** What monitors lose because they read too slowly. */
    MonitorLosses losses() {
        return losses;
    }

    /**
     * A monitor read too slowly, and its mailbox takes in nothing any more.
     *
     * @return what its stream ends with
     */
    GrpcStatus overran(Member member) {
        MailboxLimits limits = member.stream().mailboxLimits();
        OptionalLong whole = member.lastWholeSlot();
        String scarce = member.stream().pressureAtOverrun().isAtLeast(MemoryPressure.TIGHT)
                ? ", less at the moment since the memory of all buffers is scarce (memory.buffers-max)"
                : "";
        String problem = member.stream().diskProblem();
        String onDisk = problem == null ? "" : "; no more can wait on disk: " + problem;
        String text = "lagged: " + member.stream().waiting() + " updates of "
                + member.stream().waitingBytes() + " bytes waited for this monitor, limit " + limits.updates()
                + " updates (pool.mailbox-updates) and " + limits.bytes() + " bytes (pool.mailbox-bytes)" + scarce
                + onDisk
                + "; last complete slot " + (whole.isPresent() ? whole.getAsLong() : "none");
        pool.tally().overruns++;
        pool.tally().event("overrun", member.id(), text);
        log.warn("Monitor {} {}; its stream ends", member.id(), text);
        return GrpcStatus.Code.RESOURCE_EXHAUSTED.with(text);
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
            target = prospect(member, subscription);
        }
        return vetting.examine(member, target, subscription.lasting(), told);
    }

    /** Asks the planner, unless that was its last question: who need not be tried first takes its place by the same answer. */
    private Decision decide(Plan plan, Wish wish) {
        Answer last = answer;
        if (last != null && last.wish().equals(wish) && last.plan().equals(plan)) {
            return last.decision();
        }
        Decision decision = planner.place(plan, wish);
        answer = new Answer(plan, wish, decision);
        return decision;
    }

    /** The stream that a newcomer would share; null if it would have one for itself. */
    private @Nullable SharedStream prospect(Member member, Subscription subscription) {
        return decide(plan(null), wish(member, subscription)) instanceof Decision.Join join
                ? shared(join.stream())
                : null;
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
            case Verdict.Untriable(String cause) -> noteUntriable(member, cause);
            case Verdict.Taken taken -> {}
            case Verdict.Moot moot -> {}
        }
    }

    /** Told once for each cause: as long as the provider's rules are what they are it befalls every newcomer. */
    private void noteUntriable(Member member, String cause) {
        if (untriable.add(cause)) {
            log.warn(
                    "What monitor {} asks cannot be tried before it is merged: {}. This is not said again; the figure"
                            + " vetting.untriable counts whom it concerns",
                    member.id(),
                    cause);
            pool.tally()
                    .event(
                            "unvetted",
                            member.id(),
                            "What it asks was merged without having been tried, and so will others': " + cause);
        }
    }

    /**
     * Takes a place for a monitor.
     *
     * @return null if there is none: then it waits for one, or its stream has ended with the rule that left no room
     */
    @Nullable
    Place place(Member member, Subscription subscription) {
        Plan plan = plan(null);
        Wish wish = wish(member, subscription);
        Decision decision = decide(plan, wish);
        member.placedBecause(decision.why());
        return switch (decision) {
            case Decision.Join join -> {
                SharedStream stream = shared(join.stream());
                if (subscription.replayFrom().isPresent() && stream.recoveries().areFull()) {
                    refuseReplay(member);
                    yield null;
                }
                pool.tally().hits++;
                yield stream.join(member, subscription);
            }
            case Decision.OpenStream open -> {
                pool.tally().hits++;
                yield opened(link(open.connection()), member, subscription);
            }
            case Decision.OpenConnection open -> {
                pool.tally().misses++;
                yield opened(links.open(), member, subscription);
            }
            case Decision.Rearrange rearrange -> {
                rearrange(rearrange);
                // Also where nobody has to move: the provider must hear of the end first.
                waitingRoom.add(member, subscription);
                yield null;
            }
            case Decision.Refuse(String rule, String why) -> {
                if (planner.place(plan.withoutTrials(), wish) instanceof Decision.Refuse) {
                    refuse(member, rule, why);
                } else {
                    waitingRoom.add(member, subscription);
                }
                yield null;
            }
        };
    }

    private Place opened(Link link, Member member, Subscription subscription) {
        if (needsItsOwn(member, subscription)) {
            OwnStream own = new OwnStream(pool, this, nextStreamId(), link, member, subscription);
            own.start();
            return own;
        }
        SharedStream stream = new SharedStream(
                pool, this, nextStreamId(), link, StreamKey.of(member.group(), subscription.lasting()));
        Place place = stream.join(member, subscription);
        stream.start();
        return place;
    }

    /** Gives up a stream: now if nobody is on it, else when all on it have moved. */
    private void rearrange(Decision.Rearrange rearrange) {
        SharedStream from = shared(rearrange.givenUp());
        if (rearrange.moves().isEmpty()) {
            log.info("Stream {} is given up before its filters have lingered, since another one is needed", from.id());
            from.end();
            return;
        }
        SharedStream to = shared(rearrange.moves().getFirst().toStream());
        for (Member member : from.members()) {
            if (relocate(member, to)) {
                member.placedBecause("stream " + from.id() + " was given up for another monitor, and here is room");
            }
        }
    }

    private void refuseReplay(Member member) {
        String text = "too many replays are under way on the stream of this monitor, limit " + Recoveries.REPLAYS_MAX
                + "; ask again in a moment";
        log.warn("Monitor {} gets no replay: {}", member.id(), text);
        pool.tally().event("no-replay", member.id(), text);
        member.end(GrpcStatus.Code.RESOURCE_EXHAUSTED.with(text));
    }

    private void refuse(Member member, String rule, String why) {
        String text = "no room for this subscription: " + why + " (rule " + rule + " of profile "
                + pool.config().profile().name() + ")";
        log.warn("Monitor {} gets no place: {}", member.id(), text);
        pool.tally().event("no-room", member.id(), text);
        member.end(GrpcStatus.Code.RESOURCE_EXHAUSTED.with(text));
    }

    /** A monitor's call is over, and there is no place for it now: what it misses begins after that slot. */
    void noteStranded(Member member, OptionalLong lastSealedSlot, GrpcStatus why) {
        pool.tally()
                .event(
                        "stranded",
                        member.id(),
                        "Its call ended (" + why + ") and there is no other place for it now; complete up to slot "
                                + (lastSealedSlot.isPresent() ? lastSealedSlot.getAsLong() : "none"));
    }

    /** There is no telling yet whether there is room now. */
    void waitsStill(Member member, Subscription subscription) {
        waitingRoom.add(member, subscription);
    }

    /** A monitor has asked for something else, or left: it does not wait for room any more. */
    void waitsNoMore(Member member) {
        waitingRoom.remove(member);
    }

    /** How many further calls the provider allows now; fewer than none while it may still count some that are over. */
    int spareStreams() {
        return vetting.room() - pool.departures().count();
    }

    /** Ends those whose unions bring too much in vain. */
    void judgeUnions() {
        for (Upstream<?> stream : streams()) {
            if (stream instanceof SharedStream shared && shared.endTooWideUnion()) {
                return;
            }
        }
    }

    static Wish wish(Member member, Subscription subscription) {
        boolean alone = needsItsOwn(member, subscription);
        return new Wish(
                member.id(),
                member.group().word(),
                alone ? subscription : subscription.lasting(),
                member.isDedicated());
    }

    /** @param leaving a stream that nobody may join, since its monitor is to leave it; null for none */
    private Plan plan(@Nullable Upstream<?> leaving) {
        List<Plan.Connection> connections = new ArrayList<>();
        for (Link link : links.all()) {
            List<Plan.Stream> planned = new ArrayList<>();
            for (Upstream<?> stream : link.streams()) {
                Plan.Stream shown = stream.planned();
                planned.add(stream.equals(leaving) ? shown.closed() : shown);
            }
            connections.add(new Plan.Connection(
                    link.number(),
                    Optional.ofNullable(link.group()).map(Group::word),
                    link.ready().isPresent(),
                    link.monitors(),
                    vetting.tryingOn(link),
                    planned));
        }
        return new Plan(connections, pool.passing());
    }

    private Link link(long number) {
        return links.all().stream()
                .filter(link -> link.number() == number)
                .findFirst()
                .orElseThrow();
    }

    private SharedStream shared(long id) {
        return streams().stream()
                .filter(stream -> stream.id() == id)
                .map(SharedStream.class::cast)
                .findFirst()
                .orElseThrow();
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
                && target.arrival() == null
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
     * of a slot. False if that cannot be done without loss: at another commitment, for a replay, or while it is not settled
     * where it is.
     */
    boolean moves(Member member, Subscription next) {
        Optional<Place> from = member.movable();
        return from.isPresent() && movesFrom(from.get(), next) && move(member, from.get(), next);
    }

    /** Whether a monitor can be handed over from there to where that is asked, once it is settled there. */
    static boolean movesFrom(Place place, Subscription next) {
        return !next.request().hasFromSlot()
                && place.onward()
                        .filter(here -> here.commitment() == next.commitment())
                        .isPresent();
    }

    private boolean move(Member member, Place from, Subscription subscription) {
        Decision decision = decide(plan(from.stream()), wish(member, subscription));
        Move move = new Move(pool, member, from, subscription);
        switch (decision) {
            case Decision.Join join -> {
                SharedStream target = shared(join.stream());
                if (target.arrival() != null) {
                    // Those who come there are not to be served before those who are on their way.
                    return false;
                }
                pool.tally().hits++;
                move.begin(target, () -> target.receive(move));
            }
            case Decision.OpenStream open -> {
                pool.tally().hits++;
                begin(move, link(open.connection()));
            }
            case Decision.OpenConnection open -> {
                pool.tally().misses++;
                begin(move, links.open());
            }
            case Decision.Rearrange rearrange -> {
                if (!rearrange.moves().isEmpty()) {
                    return false;
                }
                rearrange(rearrange);
                return move(member, from, subscription);
            }
            case Decision.Refuse refuse -> {
                return false;
            }
        }
        member.placedBecause(decision.why());
        return true;
    }

    private void begin(Move move, Link link) {
        Member member = move.member();
        if (needsItsOwn(member, move.subscription())) {
            OwnStream own = new OwnStream(pool, this, nextStreamId(), link, move);
            move.begin(own, () -> own);
            own.start();
        } else {
            SharedStream made = new SharedStream(
                    pool, this, nextStreamId(), link, StreamKey.of(member.group(), move.subscription()));
            move.begin(made, () -> made.receive(move));
            made.start();
        }
    }

    /** A stream of the same kind on the same connection, with nobody on it yet and not yet started. */
    SharedStream another(SharedStream stream) {
        return new SharedStream(pool, this, ++streamIds, stream.link(), stream.key());
    }

    long nextStreamId() {
        return ++streamIds;
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
