package io.firehole.pool;

import io.firehole.pool.planning.Plan;
import io.firehole.pool.routing.Arrival;
import io.firehole.pool.routing.CallCounts;
import io.firehole.pool.routing.Handover;
import io.firehole.pool.routing.Recipient;
import io.firehole.pool.routing.Router;
import io.firehole.pool.time.Timers.Timer;
import io.firehole.pool.transport.Connection;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream of the provider for as long as somebody wants it: a call, and after a break the next one. Control thread.
 *
 * <p>It paces requests, watches the heartbeat and opens anew; what is asked and who gets it is its subclasses' business.
 *
 * @param <R> the kind of router of its calls
 */
abstract sealed class Upstream<R extends Router> permits SharedStream, OwnStream {

    private static final Logger log = LoggerFactory.getLogger(Upstream.class);

    /** Requests the provider has not yet been seen to apply; while there are that many, further changes wait and merge. */
    private static final int UNCONFIRMED_MAX = 64;

    /** How long a call that is being left may show no seal before it is cut off; its connection has a limit of its own. */
    static final Duration HANDOVER_PATIENCE = Duration.ofSeconds(2);

    /** What a stream does. */
    private sealed interface State<R extends Router> {
        /** Its connection is not ready. */
        record Idle<R extends Router>() implements State<R> {}

        record Open<R extends Router>(Call<R> call, Life life) implements State<R> {}

        /** The last call ended; the next one waits. */
        record Resting<R extends Router>(Timer retry) implements State<R> {}

        /** Nobody wants it any more. */
        record Ended<R extends Router>() implements State<R> {}
    }

    /** What broke off, until the next call shows where it goes on. */
    private record Cut(OptionalLong lastSealedSlot, List<String> monitors, String cause, long atNanos) {}

    private final PoolContext pool;
    private final long id;
    private final Link link;
    private final Group group;
    private final Backoff backoff;

    private State<R> state = new State.Idle<>();
    private int changesWaiting;

    /** When something was asked last that somebody had waited for. */
    private long lastAskedNanos;

    /** When something was last let go of that nobody wanted any more: no reason for a newcomer to wait. */
    private long lastLetGoNanos;

    private int firstRequestOfCall;
    private @Nullable Timer paced;
    private @Nullable Timer watchdog;
    private @Nullable Timer lateAnswer;
    private @Nullable Cut cut;

    /** From where its monitors come, while they come: its connection is being replaced by the one of this stream. */
    private @Nullable Upstream<R> predecessor;

    /** Its call, if that has ended after it had left everything to this stream. */
    private @Nullable Call<R> lastOfPredecessor;

    /** How they come. */
    private @Nullable Handover handover;

    private @Nullable Timer patience;

    /** Who is still to get what came before. */
    private final Recoveries recoveries;

    /** What they may miss because the predecessor was cut off. */
    private @Nullable Cut cutBefore;

    /** To where its monitors go, because its connection is replaced. */
    private @Nullable Upstream<R> successor;

    /** Those who go there, as its call sees them. */
    private List<Recipient> left = List.of();

    /** Who comes and goes alone, while this stream and the other go on. */
    private final Moves moves;

    private final LostMessages lostMessages;

    private OptionalLong lastSealedBefore = OptionalLong.empty();

    /** The last slot of which everything had come before what those on it are still to get. */
    private OptionalLong wholeBefore = OptionalLong.empty();

    private long updatesBefore;
    private long bytesBefore;
    private long calls;
    private String lastError = "";

    Upstream(PoolContext pool, long id, Link link, Group group) {
        this(pool, id, link, group, null, null);
    }

    /** One that takes over the monitors of another, which still serves them. */
    Upstream(
            PoolContext pool,
            long id,
            Link link,
            Group group,
            @Nullable Upstream<R> predecessor,
            @Nullable Handover handover) {
        this.predecessor = predecessor;
        this.handover = handover;
        this.pool = pool;
        this.id = id;
        this.link = link;
        this.group = group;
        this.backoff = new Backoff(pool.random());
        this.lastAskedNanos = pool.now() - pool.config().batchMax().toNanos();
        this.lastLetGoNanos = lastAskedNanos;
        this.moves = new Moves(this);
        this.recoveries = new Recoveries(pool, this);
        this.lostMessages = new LostMessages(pool, this);
    }

    /** Takes its place on the link. */
    void start() {
        link.add(this, group);
        linkReady();
    }

    // What a subclass knows.

    /** Forgets what the calls before knew. */
    abstract void restart();

    /** Those who are owed what comes from now on, though there is no call. Before {@link #restart}. */
    abstract List<CutOff> cutOff();

    /** What that one owed those who come from there is owed by this one from now on. */
    abstract void inherits(Upstream<?> before);

    /** How those are asked for what they missed. */
    abstract Replay replay(List<CutOff> cutOff);

    /** How many further calls the provider allows now; fewer than none while it may still count some that are over. */
    abstract int spareStreams();

    /** Whether the provider allows one more call for a moment. */
    final boolean maySpareStream() {
        return spareStreams() > 0;
    }

    /** A router for a new call, whose first request has just been made. */
    abstract R router(Router.Events events);

    abstract boolean isRequestDue();

    /** The request to send; what it asks is in the router's table before it is. */
    abstract SubscribeRequest nextRequest();

    abstract int lastRequest();

    /** Puts what has changed into a router's table. */
    abstract void publish(R router);

    /** Takes note of what a router has seen. */
    abstract void confirm(R router);

    /**
     * Does what the end of a call means to those on it.
     *
     * @return whether the cause may be gone by that, so that the next call need not wait
     */
    abstract boolean heed(GrpcStatus why);

    /** Whether nobody needs it any more. */
    abstract boolean isDeserted();

    /** When {@link #isRequestDue} or {@link #isDeserted} may change by time alone; empty for never. */
    abstract OptionalLong nextChangeNanos();

    /** The commitment of its calls. */
    abstract CommitmentLevel level();

    /** Whether its monitors can be handed over to another call while this one goes on. */
    abstract boolean canBeHandedOver();

    /** A stream that asks the same, with those monitors on it that can come; null if there are none. Not yet started. */
    abstract @Nullable Upstream<R> follower(Handover arrival);

    /** Those who go along when the monitors are handed over to a {@link #follower}, as the present call sees them. */
    abstract List<Recipient> leaving();

    /** Those who have come are served here from now on. */
    abstract void settleIn();

    /** A call is about to be opened: what comes on it may be kept. */
    void record(R router) {}

    /** What the present call received lately, as far as it is kept; empty if nothing is. */
    Optional<RecordedCall> recorded() {
        return Optional.empty();
    }

    /** The call is over. */
    void callOver() {}

    /** A call has been opened. */
    void opened() {}

    /** Who is served by a router in a way that can be watched. */
    List<Watched> watched(R router) {
        return List.of();
    }

    /** It has ended for good. */
    void ended() {}

    /** Those who have no newer place than that on this stream. */
    abstract List<Member> newestHere();

    /** As a plan shows it. */
    abstract Plan.Stream planned();

    abstract List<String> monitorIds();

    abstract int monitorCount();

    abstract PoolStats.StreamStats stats();

    // The life of calls.

    void linkReady() {
        Optional<Life> life = link.serving();
        if (life.isPresent()) {
            switch (state) {
                case State.Idle<R> idle -> open(life.get());
                case State.Resting<R>(Timer retry) -> {
                    retry.cancel();
                    open(life.get());
                }
                case State.Open<R> open -> {}
                case State.Ended<R> ended -> {}
            }
        }
    }

    /** A connection of the link is gone. */
    void linkLost(Life gone, GrpcStatus why) {
        switch (state) {
            case State.Open<R>(Call<R> call, Life life) -> {
                if (life == gone) {
                    settle(call, life, why);
                    state = new State.Idle<>();
                    backoff.forget();
                    moves.callEnded(why);
                    leftBehind(call, why);
                }
            }
            case State.Resting<R>(Timer retry) -> {
                if (link.serving().isEmpty()) {
                    retry.cancel();
                    state = new State.Idle<>();
                    backoff.forget();
                }
            }
            case State.Idle<R> idle -> {}
            case State.Ended<R> ended -> {}
        }
    }

    /** The link has another connection than before: what is open moves there, and what is not opens there. */
    void linkReplaced() {
        if (!(state instanceof State.Open<R>(Call<R> call, Life life))) {
            linkReady();
        } else if (successor == null && predecessor == null && !link.isServing(life)) {
            if (monitorCount() == 0) {
                end();
            } else if (call.router().requestInEffect() == 0 || recoveries.areUnderWay() || !canBeHandedOver()) {
                GrpcStatus why = GrpcStatus.Code.UNAVAILABLE.with("the connection is being replaced");
                settle(call, life, why);
                state = new State.Idle<>();
                call.cancel();
                moves.callEnded(why);
                linkReady();
            } else if (moves.haveAllArrivedOrTurnedBack()) {
                Handover departure = Handover.ofAll(level());
                List<Recipient> leaving = leaving();
                Upstream<R> follower = follower(departure);
                if (follower != null) {
                    successor = follower;
                    left = leaving;
                    call.router().depart(departure, leaving);
                    follower.start();
                }
            }
        }
    }

    /** Nobody is on the way to it any more: what had to wait for that need not wait. */
    void allHaveArrived() {
        if (state instanceof State.Open<R>(Call<R> call, Life life) && !link.isServing(life)) {
            linkReplaced();
        }
    }

    /** Who is still to get what came before. */
    Recoveries recoveries() {
        return recoveries;
    }

    /** Who comes and goes alone. */
    Moves moves() {
        return moves;
    }

    /** Whether its monitors are on their way to another stream. */
    boolean isRetiring() {
        return successor != null;
    }

    /** By which its monitors come from another stream; null if they do not, or have come. */
    @Nullable
    Handover arrival() {
        return handover;
    }

    /** Its call is over while its monitors were on their way: the successor goes on from where it had come. */
    private void leftBehind(Call<R> call, GrpcStatus why) {
        Upstream<R> next = successor;
        if (next != null) {
            next.predecessorLost(this, call, why.toString());
            newestHere().forEach(member -> member.stranded(lastSealed(), why));
            end();
        }
    }

    private Cut cutNow(String cause) {
        return new Cut(lastSealed(), monitorIds(), cause, pool.now());
    }

    private void predecessorLost(Upstream<R> gone, Call<R> theirs, String why) {
        Handover broken = handover;
        if (predecessor != gone || broken == null) {
            return;
        }
        if (broken.isReleased()) {
            // All that was its own is delivered. If this stream's call ends before it has delivered anything, that
            // counts.
            inherits(gone);
            lastOfPredecessor = theirs;
            return;
        }
        recoverFrom(theirs, broken, why);
        if (state instanceof State.Open<R>(Call<R> call, Life life)) {
            Optional<Interruption> instead = recoveries.interruption();
            settle(call, life, GrpcStatus.Code.UNAVAILABLE.with(why));
            instead.ifPresent(recoveries::interrupted);
            state = new State.Idle<>();
            call.cancel();
            moves.callEnded(GrpcStatus.Code.UNAVAILABLE.with(why));
            linkReady();
        }
    }

    /** All who were on their way have left meanwhile: those who came beside them need not wait for them. */
    private void nobodyComesFrom(Upstream<R> gone) {
        Handover deserted = handover;
        if (predecessor == gone && deserted != null && !deserted.isReleased()) {
            cancel(patience);
            patience = null;
            deserted.hasNobody();
            handover = null;
            predecessor = null;
            lastOfPredecessor = null;
            cutBefore = null;
            settleIn();
        }
    }

    /** What the predecessor had not delivered is recovered, as if the call had been this stream's. */
    private void recoverFrom(Call<R> theirs, Handover broken, String why) {
        cancel(patience);
        patience = null;
        Upstream<R> before = predecessor;
        if (before != null) {
            inherits(before);
        }
        broken.cancel();
        handover = null;
        predecessor = null;
        lastOfPredecessor = null;
        cutBefore = null;
        recoveries.interrupted(new Interruption.OfHandover(theirs, broken, why, pool.now()));
    }

    /** A new call is about to begin while monitors are on their way: the one before failed them. */
    private void beginHandoverAnew() {
        Upstream<R> before = predecessor;
        if (before == null || handover == null) {
            return;
        }
        cancel(patience);
        patience = null;
        if (handover.cancel() && before.state instanceof State.Open<R>(Call<R> old, Life life)) {
            old.router().forgetDeparture(handover);
            handover = Handover.ofAll(level());
            old.router().depart(handover, before.left);
            return;
        }
        if (handover.isComplete()) {
            // What broke off is the call of this stream.
            handover = null;
            predecessor = null;
        } else if (before.state instanceof State.Open<R>(Call<R> old, Life life)) {
            // It has left slots to the call that failed.
            recoverFrom(old, handover, "the call that was to follow ended: " + lastError);
        } else if (lastOfPredecessor != null) {
            recoverFrom(lastOfPredecessor, handover, "the call that was to follow ended: " + lastError);
        } else {
            cut = cutBefore == null ? before.cutNow("the call that was to follow ended: " + lastError) : cutBefore;
            cutBefore = null;
            handover = null;
            predecessor = null;
            settleIn();
        }
        before.end();
    }

    private void watchHandover(Call<R> call) {
        Upstream<R> before = predecessor;
        Handover arrival = handover;
        if (before == null || arrival == null) {
            return;
        }
        if (arrival.isComplete()) {
            arrived(call, before, arrival);
        } else if (arrival.isOffered() && patience == null) {
            bePatient(before, arrival, before.lastSealed());
        }
    }

    private void bePatient(Upstream<R> before, Handover arrival, OptionalLong sealed) {
        patience = pool.loop().after(HANDOVER_PATIENCE.toNanos(), () -> {
            if (handover != arrival) {
                return;
            }
            if (before.lastSealed().equals(sealed)) {
                log.warn(
                        "Stream {} has sealed no slot for {} s while it was left",
                        before.id,
                        HANDOVER_PATIENCE.toSeconds());
                before.openCallNow().ifPresent(Call::cancel);
            } else {
                bePatient(before, arrival, before.lastSealed());
            }
        });
    }

    /** Everybody is served by this stream now. */
    private void arrived(Call<R> call, Upstream<R> before, Handover arrival) {
        cancel(patience);
        patience = null;
        predecessor = null;
        lastOfPredecessor = null;
        handover = null;
        if (arrival.wasForced()) {
            noteForcedArrival(call, before, arrival);
        } else {
            inherits(before);
        }
        cutBefore = null;
        settleIn();
        if (before.monitorCount() == 0) {
            before.end();
        }
        log.info("Stream {} goes on as stream {} on connection {}", before.id, id, link.connectionId());
        if (state instanceof State.Open<R>(Call<R> mine, Life life) && !link.isServing(life)) {
            // Replaced again meanwhile.
            linkReplaced();
        }
    }

    private void noteForcedArrival(Call<R> call, Upstream<R> before, Handover arrival) {
        Cut theirs = cutBefore == null ? before.cutNow("too much had to be held back") : cutBefore;
        long resumed = Math.max(
                arrival.boundary().orElse(0), call.router().slots().first().orElse(0));
        if (theirs.lastSealedSlot().isEmpty() || theirs.lastSealedSlot().getAsLong() < resumed - 1) {
            noteGap(theirs, resumed - 1, Gap.Cause.MOVED);
        }
    }

    private void open(Life life) {
        long wait = Math.max(
                pool.pace().waitNanos(1), spareStreams() < 0 ? pool.departures().waitNanos() : 0);
        if (wait > 0) {
            state = new State.Resting<>(pool.loop().after(wait, this::rested));
            return;
        }
        if (calls++ > 0 || recoveries.areDue()) {
            beginHandoverAnew();
            if (handover == null && recoveries.begin()) {
                cut = null;
            }
            restart();
        }
        SubscribeRequest request = nextRequest();
        firstRequestOfCall = lastRequest();
        Call<R> call = new Call<>(pool, this::router, this::attend);
        call.router().remember(pool.recent());
        call.router().report(pool.unroutable());
        call.router().measure(life.providerDelay());
        record(call.router());
        if (handover != null) {
            call.router().arrive(handover);
            call.router().arrive(handover.newcomers());
        }
        recoveries.callBegins(call.router());
        moves.callBegins(call.router());
        state = new State.Open<>(call, life);
        call.on(pool.departures().watched(life.connection().subscribe(call), call::isOver));
        send(call, request);
        watch(call, pool.config().slotWatchdog().toNanos());
        opened();
    }

    private void attend(Call<R> call) {
        lostMessages.look(call.router());
        if (!(state instanceof State.Open<R>(Call<R> mine, Life life)) || mine != call) {
            return;
        }
        GrpcStatus end = call.end();
        confirm(call.router());
        noteResumption(call);
        watchHandover(call);
        recoveries.look();
        moves.look(call.router());
        if (call.router().requestInEffect() > 0) {
            life.showedLife();
        }
        if (end == null) {
            call.watch(watched(call.router()));
            answerPing(call);
            changed();
            return;
        }
        closed(call, life, end);
    }

    /** How those on it come to its present call: by a handover, or when they have got what they missed; null for at once. */
    @Nullable
    Arrival comingTo() {
        if (handover != null) {
            return handover;
        }
        return catchingUp();
    }

    /** How newcomers come to its present call: after those who are on their way to it, or after what the others missed; null for at once. */
    @Nullable
    Arrival joining() {
        Handover coming = handover;
        return coming == null ? catchingUp() : coming.newcomers();
    }

    /** The same where nobody is on the way. */
    @Nullable
    Arrival catchingUp() {
        return recoveries.ofAll();
    }

    /** Whether those on it are still to get what they missed. */
    boolean isRecovering() {
        return recoveries.areForAll();
    }

    /** Those have got what they missed. */
    void caughtUp(Recovery done) {
        recoveries.over(done);
        settleIn();
        if (state instanceof State.Open<R>(Call<R> mine, Life life) && !link.isServing(life)) {
            linkReplaced();
        }
    }

    private void answerPing(Call<R> call) {
        if (!call.isPongDue() || lateAnswer != null) {
            return;
        }
        long wait = pool.pace().waitNanos(1);
        if (wait > 0) {
            lateAnswer = pool.loop().after(wait, () -> {
                lateAnswer = null;
                attend(call);
            });
        } else {
            pool.pace().sent(1);
            call.pong();
        }
    }

    private void closed(Call<R> call, Life life, GrpcStatus why) {
        settle(call, life, why);
        state = new State.Idle<>();
        moves.callEnded(why);
        if (isRetiring()) {
            leftBehind(call, why);
            return;
        }
        if (heed(why)) {
            backoff.forget();
        }
        if (monitorCount() == 0) {
            end();
        }
        if (isEnded()) {
            return;
        }
        long delay = Link.isRefusal(why) ? backoff.refusedNanos() : backoff.failedUrgentlyNanos();
        if (Link.isRefusal(why)) {
            log.error(
                    "The provider refuses stream {}: {}. The next attempt is in {} s", id, why, delay / 1_000_000_000);
        } else {
            log.warn("Stream {} ended: {}. The next attempt is in {} ms", id, why, delay / 1_000_000);
        }
        state = new State.Resting<>(pool.loop().after(delay, this::rested));
    }

    private void rested() {
        if (state instanceof State.Resting<R>) {
            state = new State.Idle<>();
            linkReady();
        }
    }

    /** Keeps of a call that is over what is of use later. */
    private void settle(Call<R> call, Life life, GrpcStatus why) {
        cancel(paced);
        cancel(watchdog);
        cancel(lateAnswer);
        paced = null;
        lateAnswer = null;
        lastError = why.toString();
        backoff.workedFor(pool.now() - call.openedNanos());
        CallCounts counts = call.router().counts();
        pool.tally().closed(counts);
        life.callClosed(counts, call.router().slots().lastSealed());
        updatesBefore += counts.updates();
        bytesBefore += counts.bytes();
        OptionalLong sealed = call.router().slots().lastSealed();
        if (sealed.isPresent()) {
            lastSealedBefore = sealed;
        }
        callOver();
        if (!recoveries.areForAll() && !recoveries.areDue()) {
            wholeBefore = lastSealedBefore;
        }
        recoveries.callEnded(call, why.toString());
        if (cut == null && call.router().requestInEffect() > 0) {
            List<String> staying = new ArrayList<>(monitorIds());
            moves.onTheirWay().forEach(staying::remove);
            cut = new Cut(lastSealedBefore, List.copyOf(staying), why.toString(), pool.now());
        }
    }

    /**
     * Where a resumption will stand: the cut knows the last slot that was complete, and the call's first slot where it
     * goes on. Without a replay in between, what lies between the two is a gap, and is said to be one.
     */
    private void noteResumption(Call<R> call) {
        OptionalLong first = call.router().slots().first();
        if (cut == null || first.isEmpty()) {
            return;
        }
        Cut mine = cut;
        cut = null;
        // That slot may have been in progress already.
        noteGap(mine, first.getAsLong(), Gap.Cause.BROKEN_CALL);
    }

    private void noteGap(Cut over, long lastSlot, Gap.Cause cause) {
        noteGap(over.monitors(), over.lastSealedSlot(), lastSlot, cause, over.cause(), over.atNanos());
    }

    /**
     * What those monitors may have missed before they were served by this stream, or again by it: whatever came after the
     * last slot that was complete.
     *
     * @param lastSealedSlot empty if none was complete
     * @param lastSlot the last slot of which something may be missing
     * @param brokeAtNanos since when, by the pool's clock
     */
    void noteGap(
            List<String> monitors,
            OptionalLong lastSealedSlot,
            long lastSlot,
            Gap.Cause cause,
            String detail,
            long brokeAtNanos) {
        long first = lastSealedSlot.isPresent() ? lastSealedSlot.getAsLong() + 1 : lastSlot;
        noteGap(new GapLog.Hole(level(), first, Math.max(first, lastSlot), cause, detail, brokeAtNanos), monitors);
    }

    /** Records a gap for each of those monitors, and ends the streams of those who want that. */
    final void noteGap(GapLog.Hole hole, List<String> monitors) {
        for (GapLog.Noted noted : pool.tally().gaps().note(hole, monitors)) {
            Gap gap = noted.gap();
            pool.tally().event("gap", gap.monitor(), noted.told());
            if (!gap.isFilled() && pool.config().gapPolicies().of(gap.monitor()) == GapPolicy.END_STREAM) {
                newestHere().stream()
                        .filter(member -> member.id().equals(gap.monitor()))
                        .forEach(member -> member.endsSoon(GapPolicy.end(gap), pool.loop()));
            }
        }
    }

    private void watch(Call<R> call, long delayNanos) {
        cancel(watchdog);
        watchdog = pool.loop().after(delayNanos, () -> {
            if (!(state instanceof State.Open<R>(Call<R> mine, Life life)) || mine != call) {
                return;
            }
            long patience = pool.config().slotWatchdog().toNanos();
            long silent = pool.now() - call.router().slots().lastSeenNanos();
            if (silent < patience) {
                watch(call, patience - silent);
                return;
            }
            pool.tally().watchdogs++;
            log.warn("Stream {} has shown no slot for {} ms and is taken for dead", id, silent / 1_000_000);
            call.cancel();
            life.suspect();
        });
    }

    // Requests.

    /** What is asked may have changed, or who gets it: brings the router and, at its pace, the provider up to date. */
    final void changed() {
        if (!(state instanceof State.Open<R>(Call<R> call, Life life))) {
            if (monitorCount() == 0) {
                end();
            }
            return;
        }
        publish(call.router());
        if (!isRetiring()) {
            pace(call);
        } else if (monitorCount() == 0) {
            end();
        }
    }

    /** Counts something that waits to be sent, then does as {@link #changed}. */
    final void requestChanged() {
        changesWaiting++;
        changed();
    }

    private void pace(Call<R> call) {
        if (isDeserted()) {
            end();
            return;
        }
        cancel(paced);
        paced = null;
        long now = pool.now();
        if (isRequestDue()) {
            int unconfirmed = lastRequest() - Math.max(call.router().requestInEffect(), firstRequestOfCall - 1);
            if (unconfirmed >= UNCONFIRMED_MAX) {
                return;
            }
            long wait = batchNanos(now);
            if (wait <= 0) {
                wait = pool.pace().waitNanos(1);
            }
            if (wait <= 0) {
                SubscribeRequest request = nextRequest();
                publish(call.router());
                send(call, request);
            } else {
                paced = pool.loop().after(wait, this::changed);
                return;
            }
        }
        nextChangeNanos().ifPresent(at -> paced = pool.loop().after(at - now, this::changed));
    }

    /** How long what is to be sent waits for more of its kind. */
    private long batchNanos(long now) {
        Duration gap = changesWaiting >= pool.config().batchSize()
                ? pool.config().batchMin()
                : pool.config().batchMax();
        long wait = lastAskedNanos + gap.toNanos() - now;
        return changesWaiting > 0 ? wait : Math.max(wait, lastLetGoNanos + gap.toNanos() - now);
    }

    private void send(Call<R> call, SubscribeRequest request) {
        if (changesWaiting > 0) {
            lastAskedNanos = pool.now();
        } else {
            lastLetGoNanos = pool.now();
        }
        changesWaiting = 0;
        pool.tally().requests++;
        pool.pace().sent(1);
        call.send(request);
    }

    /** Gives the stream back to the provider, for good. */
    final void end() {
        if (state instanceof State.Ended<R>) {
            return;
        }
        State<R> before = state;
        state = new State.Ended<>();
        cancel(paced);
        cancel(watchdog);
        cancel(patience);
        moves.callEnded(GrpcStatus.OK);
        switch (before) {
            case State.Open<R>(Call<R> call, Life life) -> {
                settle(call, life, GrpcStatus.OK);
                call.cancel();
            }
            case State.Resting<R>(Timer retry) -> retry.cancel();
            case State.Idle<R> idle -> {}
            case State.Ended<R> ended -> {}
        }
        recoveries.end();
        Upstream<R> next = successor;
        if (next != null) {
            next.nobodyComesFrom(this);
        }
        link.remove(this);
        ended();
    }

    // Figures.

    /** The router of the present call, if there is one. */
    Optional<R> openRouter() {
        return state instanceof State.Open<R>(Call<R> call, Life life) ? Optional.of(call.router()) : Optional.empty();
    }

    /** The last slot known to be complete. */
    OptionalLong lastSealed() {
        return state instanceof State.Open<R>(Call<R> call, Life life)
                        && call.router().slots().lastSealed().isPresent()
                ? call.router().slots().lastSealed()
                : lastSealedBefore;
    }

    /**
     * The last slot of which everything has come for those on it, statuses apart: {@link #lastSealed}, but while they are still
     * to get what they missed, that before the call broke.
     */
    OptionalLong wholeTo() {
        return recoveries.areForAll() || recoveries.areDue() ? wholeBefore : lastSealed();
    }

    /** Whether its call is on that connection. */
    boolean isOn(Life connection) {
        return state instanceof State.Open<R>(Call<R> call, Life life) && life == connection;
    }

    long id() {
        return id;
    }

    Link link() {
        return link;
    }

    Group group() {
        return group;
    }

    PoolContext pool() {
        return pool;
    }

    /** The connection of its call, if it has one and the connection takes more calls. */
    Optional<Connection> openConnection() {
        return state instanceof State.Open<R>(Call<R> call, Life life) && life.takesCalls()
                ? Optional.of(life.connection())
                : Optional.empty();
    }

    /** Whether that end of a call is the provider's answer to what was asked, and not what befell the call. */
    static boolean isVerdict(GrpcStatus why) {
        return switch (why.code()) {
            case INVALID_ARGUMENT, OUT_OF_RANGE, FAILED_PRECONDITION, UNIMPLEMENTED, NOT_FOUND -> true;
            default -> false;
        };
    }

    /** How often a call followed another one. */
    long reopened() {
        return Math.max(0, calls - 1);
    }

    boolean isOpen() {
        return state instanceof State.Open;
    }

    boolean isEnded() {
        return state instanceof State.Ended;
    }

    private Optional<Call<R>> openCallNow() {
        return state instanceof State.Open<R>(Call<R> call, Life life) ? Optional.of(call) : Optional.empty();
    }

    Optional<CallCounts> openCall() {
        return state instanceof State.Open<R>(Call<R> call, Life life)
                ? Optional.of(call.router().counts())
                : Optional.empty();
    }

    long openCallUpdates() {
        return openCall().map(CallCounts::updates).orElse(0L);
    }

    long openCallBytes() {
        return openCall().map(CallCounts::bytes).orElse(0L);
    }

    PoolStats.StreamStats stats(String description, int labels, int lingering) {
        return new PoolStats.StreamStats(
                id,
                state instanceof State.Open<R>(Call<R> call, Life life) ? life.id() : link.connectionId(),
                group,
                description,
                isOpen(),
                labels,
                lingering,
                monitorCount(),
                updatesBefore + openCallUpdates(),
                bytesBefore + openCallBytes(),
                lastSealed(),
                reopened(),
                lastError);
    }

    private static void cancel(@Nullable Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
    }
}
