package io.firehole.pool;

import io.firehole.filters.FilterSet;
import io.firehole.pool.filling.GapFilling;
import io.firehole.pool.merging.MergedSubscription;
import io.firehole.pool.merging.StreamRules;
import io.firehole.pool.routing.CatchUp;
import io.firehole.pool.routing.Checkpoint;
import io.firehole.pool.routing.ContentReplay;
import io.firehole.pool.routing.LabelRouter;
import io.firehole.pool.routing.ReplayGate;
import io.firehole.pool.routing.Router;
import io.firehole.pool.routing.RoutingTable;
import io.firehole.pool.routing.StatusReplay;
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
 * Brings those on a stream what they missed while it was broken. Control thread.
 *
 * <p>The stream's new call is live and holds back what comes. When it knows a slot that it has whole, and all before it is
 * frozen, another call on the same connection asks for a replay up to there; see {@link CatchUp}. What the provider cannot
 * replay is a gap, known exactly, and the rest goes on.
 */
final class Recovery {

    private static final Logger log = LoggerFactory.getLogger(Recovery.class);

    /** How long a replay may bring nothing. */
    static final Duration SILENCE_MAX = Duration.ofSeconds(10);

    /**
     * How long it may take until what broke off is over, the live call has shown a slot that it has whole, and a replay can
     * be asked for.
     */
    static final Duration BEGIN_PATIENCE = Duration.ofSeconds(15);

    /** How long there may be no stream to spare for it. */
    static final Duration SPARE_PATIENCE = Duration.ofSeconds(5);

    /** Replays that may fail in turn without having brought anything. */
    static final int FAILURES_MAX = 5;

    /** How often what the provider has forgotten may be filled from elsewhere. */
    static final int FILLINGS_MAX = 8;

    /** How often more may come than can be held back meanwhile. */
    static final int OVERFLOWS_MAX = 16;

    private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

    private final PoolContext pool;
    private final Upstream<?> stream;
    private final Interruption interruption;
    private final List<CutOff> cutOff;
    private final CatchUp catchUp;
    private final RecoveryGaps gaps;
    private final long beganNanos;

    /** Ends it if nothing can begin. */
    private @Nullable Timer patience;

    /** How far everybody is; known when what broke off is over, and a first replay about to begin. */
    private @Nullable RecoveryProgress progress;

    private @Nullable Running running;

    /** A replay that was given up, which may still bring something. */
    private @Nullable Call<Router> closing;

    private @Nullable Timer timer;
    private OptionalLong spareSoughtNanos = OptionalLong.empty();
    private int failures;
    private final Forgetting forgetting = new Forgetting();
    private int fillings;

    /** When nothing more is fetched from elsewhere; empty before anything is. */
    private OptionalLong fillUntilNanos = OptionalLong.empty();

    private long replayed;
    private long leftOut;
    private boolean stopped;

    /** Whether what was missing is recorded as a gap. */
    private boolean givenUp;

    private boolean done;
    private final boolean askedFor;

    /** Whether a replay up to the boundary could be begun. */
    private boolean begun;

    /** Whether it was looked what could be given before the boundary is known. */
    private boolean soughtAhead;

    /** For how many it was looked whether what was received lately has it. */
    private int lookedFor;

    /**
     * A replay under way.
     *
     * @param due what it is
     * @param local reads what was received lately; null if it does not
     * @param blocks reads blocks from elsewhere; null if it does not
     */
    private record Running(
            Call<Router> call,
            RecoveryProgress progress,
            RecoveryProgress.Due due,
            @Nullable LocalReplay local,
            @Nullable BlockReplay blocks) {

        ReplayGate gate() {
            return due.gate();
        }
    }

    /**
     * @param interruption what broke off
     * @param cutOff those who are owed what came since
     */
    Recovery(PoolContext pool, Upstream<?> stream, Interruption interruption, List<CutOff> cutOff) {
        this.pool = pool;
        this.stream = stream;
        this.interruption = interruption;
        this.cutOff = new ArrayList<>(cutOff);
        this.catchUp = new CatchUp(stream.level());
        this.askedFor = interruption instanceof Interruption.OfNothing
                || (interruption instanceof Interruption.OfRecovery(Recovery before, var live, var cause, var at)
                        && before.askedFor);
        this.beganNanos = pool.now();
        this.gaps = new RecoveryGaps(stream, this.cutOff, interruption.atNanos());
    }

    CatchUp catchUp() {
        return catchUp;
    }

    /** Those who are owed what came since. */
    List<CutOff> cutOff() {
        return cutOff;
    }

    /** Whether one more who asks for a replay may come along. */
    boolean isJoinable() {
        return isAskedFor() && !stopped && progress == null && catchUp.phase() instanceof CatchUp.Phase.Seeking;
    }

    /** Waits for one more who asks for a replay; false if it is too late for that. */
    boolean awaits() {
        return isJoinable() && catchUp.awaits();
    }

    /** Takes in who was waited for. */
    void add(CutOff newcomer) {
        cutOff.add(newcomer);
    }

    /** Who was in that place wants nothing any more. */
    void left(Place place) {
        cutOff.removeIf(each -> each.place().equals(place));
        catchUp.awaitsNoMore();
        if (cutOff.isEmpty()) {
            stop();
            stream.recoveries().over(this);
        }
    }

    /** The same on the next call of the stream, for those who are still there. */
    Recovery after(Interruption interrupted) {
        List<CutOff> remaining = new ArrayList<>();
        for (CutOff each : cutOff) {
            if (each.place().isHeld()) {
                remaining.add(each.again());
            }
        }
        Recovery next = new Recovery(pool, stream, interrupted, remaining);
        remaining.forEach(each -> each.place().recoversBy(next));
        return next;
    }

    /** Whether it is a replay that somebody asked for; else it is what was missed. */
    private boolean isAskedFor() {
        return askedFor;
    }

    /** Whether everybody has got what he missed. */
    boolean isDone() {
        return done;
    }

    /** How far everybody is, by what was replayed so far. Only when what broke off {@link #isOver is over}. */
    Checkpoint checkpoint() {
        RecoveryProgress known = progress;
        return known == null ? interruption.checkpoint() : known.delivered();
    }

    /** Whether nothing comes any more of what broke off, nor of a replay. */
    boolean isOver() {
        return interruption.isOver() && isOver(closing) && (running == null || isOver(running.call()));
    }

    private static boolean isOver(@Nullable Call<?> call) {
        return call == null || call.end() != null;
    }

    /** Looks what can be done. */
    void look() {
        Running open = running;
        if (stopped) {
            return;
        }
        if (open != null) {
            lookAt(open);
        } else if (timer == null && catchUp.phase() instanceof CatchUp.Phase.Settled settled) {
            begin(settled);
        } else if (!soughtAhead
                && isAskedFor()
                && catchUp.phase() instanceof CatchUp.Phase.Seeking
                && catchUp.servesAll()) {
            soughtAhead = true;
            replayAhead();
        }
        if (catchUp.isComplete() && !stopped) {
            stopped = true;
            done = true;
            cancelTimer();
            cancelPatience();
            if (!isAskedFor() && !givenUp && catchUp.phase() instanceof CatchUp.Phase.Released released) {
                gaps.noteWhatIsNotReplayed(lossFrom(), released);
            }
            stream.caughtUp(this);
        }
    }

    /** The live call is open. */
    void callBegins(Router live) {
        live.arrive(catchUp);
        patience = pool.loop().after(BEGIN_PATIENCE.toNanos(), this::giveUpIfNothingBegan);
    }

    private void cancelPatience() {
        if (patience != null) {
            patience.cancel();
            patience = null;
        }
    }

    private void giveUpIfNothingBegan() {
        if (!stopped && running != null) {
            // What is here is being read, for as long as those take who get it; then the rest is asked for.
            patience = pool.loop().after(BEGIN_PATIENCE.toNanos(), this::giveUpIfNothingBegan);
        } else if (!stopped && !begun) {
            giveUp(
                    Gap.Cause.REPLAY_FAILED,
                    "there was nothing to ask for a replay up to within " + BEGIN_PATIENCE.toSeconds() + " s");
        }
    }

    private void begin(CatchUp.Phase.Settled to) {
        Optional<Connection> connection = stream.openConnection();
        if (!isOver() || connection.isEmpty() || stream.arrival() != null) {
            later(LOOK_AGAIN.toNanos());
            return;
        }
        if (catchUp.overflows() > OVERFLOWS_MAX && progress != null) {
            giveUp(Gap.Cause.HELD_TOO_MUCH, "more came than could be held back, " + OVERFLOWS_MAX + " times in turn");
            return;
        }
        begun = true;
        RecoveryProgress known = start();
        Checkpoint delivered = known.delivered();
        if (!isAskedFor() && pool.config().profile().replaySlots() == 0) {
            giveUp(
                    Gap.Cause.REPLAY_NOT_SUPPORTED,
                    "profile " + pool.config().profile().name() + " has no replay (replay.slots)");
            return;
        }
        if (isAskedFor() && delivered.firstMissing() > to.boundary()) {
            refused(GrpcStatus.Code.INTERNAL.with("failed to get replay response"));
            return;
        }
        if (delivered.tooLarge().isPresent()) {
            known.misses(
                    delivered.tooLarge().getAsLong() + 1,
                    Gap.Cause.HELD_TOO_MUCH,
                    "more updates came of a slot than can be remembered");
        }
        RecoveryProgress.Due due = known.dueTo(to).orElse(null);
        if (due == null) {
            release(to, delivered);
            return;
        }
        RecordedCall recorded = isAskedFor() ? recorded(due.fromSlot(), to) : null;
        if (recorded != null) {
            open(recorded, known, due);
            return;
        }
        if (pool.pace().waitNanos(1) > 0) {
            later(pool.pace().waitNanos(1));
            return;
        }
        if (!stream.maySpareStream()) {
            long since = spareSoughtNanos.orElse(pool.now());
            spareSoughtNanos = OptionalLong.of(since);
            if (pool.now() - since >= SPARE_PATIENCE.toNanos()) {
                giveUp(Gap.Cause.NO_STREAM_TO_SPARE, "the provider allows no further stream to ask for a replay on");
            } else {
                later(LOOK_AGAIN.toNanos());
            }
            return;
        }
        spareSoughtNanos = OptionalLong.empty();
        open(connection.get(), due.isOfStatuses() ? statuses() : stream.replay(cutOff), known, due);
    }

    /** How far everybody is when the first replay is about to begin. */
    private RecoveryProgress start() {
        RecoveryProgress known = progress;
        if (known == null) {
            known = new RecoveryProgress(catchUp, gaps, checkpoint(), lossBefore(), isAskedFor());
            progress = known;
        }
        return known;
    }

    /**
     * What is here is given at once, up to the last slot that is sealed; what follows up to the boundary when that is
     * known.
     */
    private void replayAhead() {
        OptionalLong sealed =
                stream.openRouter().map(router -> router.slots().lastSealed()).orElse(OptionalLong.empty());
        if (sealed.isEmpty()
                || progress != null
                || !stream.recoveries().mayHurry()
                || !isOver()
                || stream.arrival() != null
                || gaps.owedFrom() > sealed.getAsLong()) {
            return;
        }
        long last = sealed.getAsLong();
        CatchUp.Phase.Settled ahead = new CatchUp.Phase.Settled(last + 1, last, last, last + 1);
        RecordedCall recorded = recorded(gaps.owedFrom(), ahead);
        if (recorded != null) {
            RecoveryProgress known = start();
            open(recorded, known, known.contentTo(ahead, gaps.owedFrom()));
        }
    }

    /** What was received lately, if all is there that is to be replayed; else null. */
    private @Nullable RecordedCall recorded(long fromSlot, CatchUp.Phase.Settled to) {
        RecordedCall recorded = stream.recorded().orElse(null);
        if (recorded == null) {
            return null;
        }
        Optional<RecordedCall.Miss> miss = recorded.miss(
                cutOff.stream().map(CutOff::subscription).toList(), fromSlot, to.boundary(), gaps.wantStatuses());
        if (cutOff.size() > lookedFor) {
            pool.tally().buffered(miss, cutOff.size() - lookedFor);
            lookedFor = cutOff.size();
        }
        return miss.isEmpty() ? recorded : null;
    }

    private void open(RecordedCall recorded, RecoveryProgress known, RecoveryProgress.Due due) {
        List<CutOff> readers = List.copyOf(cutOff);
        RoutingTable table = recorded.table(readers);
        Call<Router> call =
                new Call<>(pool, events -> new LabelRouter(pool.clock(), events, table, due.gate()), this::attend);
        LocalReplay local = new LocalReplay(
                pool, recorded, call, due.gate(), readers, due.fromSlot(), due.before(), due.isOfStatuses());
        running = new Running(call, known, due, local, null);
        call.on(local);
        call.send(SubscribeRequest.getDefaultInstance());
        watch(0);
    }

    private void open(Connection connection, Replay replay, RecoveryProgress known, RecoveryProgress.Due due) {
        Call<Router> call = new Call<>(pool, events -> replay.router().apply(events, due.gate()), this::attend);
        running = new Running(call, known, due, null, null);
        pool.tally().replays++;
        pool.tally().replaysOpen++;
        call.on(pool.departures().watched(connection.subscribe(call), call::isOver));
        pool.pace().sent(1);
        call.send(replay.request().toBuilder().setFromSlot(due.fromSlot()).build());
        watch(0);
    }

    private void attend(Call<Router> replay) {
        Running open = running;
        if (stopped || open == null || open.call() != replay) {
            noteLost(replay);
        }
        look();
    }

    /** What of a replay cannot be matched would be the same in another one: it is not asked for again, but known to be lost. */
    private void noteLost(Call<Router> replay) {
        replay.router()
                .takeLost()
                .ifPresent(lost -> gaps.note(
                        each -> lost.monitors().contains(each.member().id()),
                        lost.firstSlot(),
                        lost.lastSlot(stream.level()) + 1,
                        Gap.Cause.UNREADABLE,
                        lost.why()));
    }

    /** All statuses at processed, matched here against what was asked at the stream's own commitment. */
    private Replay statuses() {
        MergedSubscription missed = new MergedSubscription(
                stream.level(),
                List.of(),
                0,
                StreamRules.of(pool.config().profile()).withSlotsByInternal());
        for (CutOff each : cutOff) {
            each.subscription()
                    .statusesOnly()
                    .ifPresent(subscription -> missed.joinAccepted(each::recipient, subscription, pool.now()));
        }
        SubscribeRequest request = missed.nextRequest(pool.now()).toBuilder()
                .setCommitment(CommitmentLevel.PROCESSED)
                .build();
        return new Replay(request, (events, gate) -> new LabelRouter(pool.clock(), events, missed.table(), gate));
    }

    private void watch(long seen) {
        timer = pool.loop().after(SILENCE_MAX.toNanos(), () -> {
            timer = null;
            Running open = running;
            if (open == null) {
                return;
            }
            long now = open.call().router().counts().updates();
            if (now > seen) {
                watch(now);
            } else {
                open.call().cancel();
                ended(open, GrpcStatus.Code.UNAVAILABLE.with("nothing came within " + SILENCE_MAX.toSeconds() + " s"));
            }
        });
    }

    private void lookAt(Running open) {
        if (open.blocks() != null) {
            // It says itself when it is over.
            return;
        }
        GrpcStatus end = open.call().end();
        String broken = open.gate().broken();
        if (broken != null) {
            open.call().cancel();
            ended(open, GrpcStatus.Code.UNAVAILABLE.with("a message of it cannot be read: " + broken));
        } else if (open.gate().isComplete()) {
            open.call().cancel();
            close(open);
            if (!open.due().isOfStatuses()) {
                worked();
                open.progress().hasContentTo(open.due().to());
                look();
            } else if (open.gate() instanceof StatusReplay statuses && statuses.isOfEarlierSlots()) {
                if (open.progress().hasEarlierStatuses()) {
                    // The second time it is one of many attempts, since the provider forgets faster than it is asked.
                    worked();
                }
                look();
            } else {
                worked();
                release(open.due().to(), open.progress().delivered());
            }
        } else if (end != null) {
            ended(open, end);
        } else if (open.gate().isAstray()) {
            open.call().cancel();
            ended(open, GrpcStatus.Code.UNAVAILABLE.with("it ended before it had come to what was to be replayed"));
        }
    }

    private void worked() {
        failures = 0;
        forgetting.hadIt();
    }

    private void release(CatchUp.Phase.Settled to, Checkpoint from) {
        if (!catchUp.release(to, from)) {
            // More had to be held back than may be: on to another boundary.
            log.info("Stream {} is behind: more came meanwhile than can be held back", stream.id());
            look();
        }
    }

    /** A replay has ended before it was complete. */
    private void ended(Running open, GrpcStatus why) {
        if (open.gate().admitted() > 0) {
            worked();
        }
        close(open);
        closing = open.call();
        if (open.local() != null && open.local().miss().isPresent()) {
            // The provider has it still, perhaps.
            pool.tally().buffered(open.local().miss(), cutOff.size());
            later(0);
            return;
        }
        if (isAskedFor() && !open.gate().isAstray() && isAnswer(open, why)) {
            refused(why);
            return;
        }
        OptionalLong available = Forgetting.oldestBy(why);
        if (available.isPresent() && !open.gate().isAstray()) {
            long oldest = available.getAsLong();
            long newest = stream.openRouter()
                    .map(router -> router.slots().highest().orElse(0) - 1)
                    .orElse(0L);
            if (tooFar(open, forgetting.askFrom(open.due().fromSlot(), oldest, newest), why.message())) {
                // While one waits it forgets more.
                retry(why, oldest > open.due().fromSlot() ? Duration.ZERO : pause());
            }
            return;
        }
        if (Upstream.isVerdict(why) || why.message().contains("from_slot is not supported")) {
            giveUp(Gap.Cause.REPLAY_NOT_SUPPORTED, why.message());
            return;
        }
        retry(why);
    }

    /** Whether that is what the provider says to who asks for this replay, and not what befell the call. */
    private static boolean isAnswer(Running open, GrpcStatus why) {
        return Upstream.isVerdict(why)
                || (why.code() == GrpcStatus.Code.INTERNAL && open.gate().admitted() == 0);
    }

    /** The provider does not replay that: those who asked for it hear it, as they would on a call of their own. */
    private void refused(GrpcStatus why) {
        long available = Forgetting.oldestBy(why).orElse(Long.MAX_VALUE);
        if (cutOff.stream().noneMatch(each -> each.owedFrom() < available)) {
            // It would have what it does not give.
            retry(why);
            return;
        }
        for (CutOff each : List.copyOf(cutOff)) {
            if (each.owedFrom() < available) {
                cutOff.remove(each);
                each.member()
                        .end(
                                available == Long.MAX_VALUE
                                        ? why
                                        : GrpcStatus.Code.OUT_OF_RANGE.with("broadcast from " + each.owedFrom()
                                                + " is not available, last available: " + available));
            }
        }
        if (cutOff.isEmpty()) {
            // The last of those who left has ended it.
            stop();
        } else {
            checkpoint().skipTo(gaps.owedFrom());
            later(0);
        }
    }

    /** Gives whether the rest is to be asked for; else what is missing is filled first. */
    private boolean tooFar(Running open, long available, String detail) {
        RecoveryProgress known = open.progress();
        if (open.due().isOfStatuses()) {
            known.missesStatuses(available, Gap.Cause.REPLAY_TOO_FAR, "statuses: " + detail);
            return true;
        }
        long before = Math.min(available, open.due().to().boundary());
        if (canFill()
                && known.delivered().firstMissing() < before
                && fill(pool.filling().orElseThrow(), known, before, detail)) {
            return false;
        }
        known.misses(before, Gap.Cause.REPLAY_TOO_FAR, detail);
        return true;
    }

    /** Whether transactions may be had from elsewhere. The provider forgets on meanwhile, so that it may take several turns. */
    private boolean canFill() {
        return pool.filling().isPresent()
                && !isAskedFor()
                && fillings < FILLINGS_MAX
                && (fillUntilNanos.isEmpty() || pool.now() - fillUntilNanos.getAsLong() < 0)
                && cutOff.stream().anyMatch(RecoveryGaps::wantsTransactions);
    }

    /**
     * Has the transactions of what lies before that slot fetched and delivered; then what the provider has is replayed.
     *
     * @return false if nobody here knows what was asked
     */
    private boolean fill(GapFilling how, RecoveryProgress known, long before, String detail) {
        Replay replay = stream.replay(cutOff);
        FilterSet filters = BlockReplay.compiled(replay.request());
        if (filters.hasUnknownFields()) {
            return false;
        }
        fillings++;
        long until = fillUntilNanos.orElse(pool.now() + how.maxTime().toNanos());
        fillUntilNanos = OptionalLong.of(until);
        Checkpoint delivered = known.delivered();
        long first = Math.max(delivered.firstMissing(), gaps.contentFrom());
        known.beginsAt(before);
        CatchUp.Phase.Settled to = new CatchUp.Phase.Settled(before, before - 1, before - 1, before);
        ContentReplay gate = new ContentReplay(delivered, catchUp, to, stream.level());
        Call<Router> call = new Call<>(pool, events -> replay.router().apply(events, gate), this::attend);
        BlockReplay blocks = new BlockReplay(
                pool,
                how,
                until,
                call,
                gate,
                filters,
                stream.level(),
                first,
                before,
                over -> filled(over, delivered, detail));
        running = new Running(call, known, new RecoveryProgress.Due(gate, to, first, before), null, blocks);
        call.on(blocks);
        call.send(replay.request());
        return true;
    }

    /** No more is filled, be it all or not: what was done with is told, and the provider asked for the rest. */
    private void filled(BlockReplay blocks, Checkpoint from, String detail) {
        if (blocks.reached() > blocks.first()) {
            from.skipTo(blocks.reached());
            gaps.noteFilled(blocks.first(), blocks.reached(), detail, blocks.result());
        }
        Running open = running;
        if (!stopped && open != null && blocks.equals(open.blocks())) {
            close(open);
            closing = open.call();
            forgetting.hadIt();
            later(0);
        }
    }

    private void retry(GrpcStatus why) {
        retry(why, pause());
    }

    private Duration pause() {
        return LOOK_AGAIN.multipliedBy(2L << failures);
    }

    private void retry(GrpcStatus why, Duration after) {
        if (++failures > FAILURES_MAX) {
            giveUp(Gap.Cause.REPLAY_FAILED, "it failed " + FAILURES_MAX + " times in turn, the last time: " + why);
        } else {
            log.warn("A replay for stream {} failed: {}", stream.id(), why);
            later(after.toNanos());
        }
    }

    private void close(Running open) {
        running = null;
        cancelTimer();
        noteLost(open.call());
        forget(open);
        replayed += open.gate().admitted();
        leftOut += open.gate().leftOut();
    }

    /** A replay is over: what the provider has sent counts. */
    private void forget(Running open) {
        if (open.blocks() != null) {
            // Nothing of it came from the provider.
            return;
        }
        if (open.local() == null) {
            pool.tally().replaysOpen--;
            pool.tally().closed(open.call().router().counts());
        } else {
            pool.tally().bufferedUpdates += open.gate().admitted();
        }
    }

    /** Goes on without what is missing, and says so. */
    private void giveUp(Gap.Cause cause, String detail) {
        boolean known = progress != null || isOver();
        Checkpoint from = known ? checkpoint() : Checkpoint.startingAt(0);
        boolean settled = known && catchUp.phase() instanceof CatchUp.Phase.Settled;
        long first = from.firstMissing();
        long begunBefore = begunBefore();
        long contentBefore = catchUp.giveUp(from, begunBefore);
        givenUp = true;
        long before = Math.max(contentBefore, begunBefore);
        if (!isAskedFor()) {
            gaps.noteWhatIsNotReplayed(lossFrom(), new CatchUp.Phase.Released(first, from, first));
        }
        // Where it is not known how far everybody was, nothing is said of what they did not ask to see whole.
        long content = known ? first : gaps.owedFrom();
        gaps.note(each -> !RecoveryGaps.wantsStatuses(each), content, settled ? contentBefore : before, cause, detail);
        gaps.noteBoth(RecoveryGaps::wantsStatuses, content, Math.min(first, statusesFrom()), before, cause, detail);
    }

    /** Before which slot all come that had begun before the live call, as far as that is known. */
    private long begunBefore() {
        return switch (catchUp.phase()) {
            case CatchUp.Phase.Settled settled -> Math.max(settled.begunBefore(), settled.processed() + 1);
            case CatchUp.Phase.Seeking seeking ->
                stream.openRouter()
                        .map(router -> router.slots().highest().orElse(-1) + 1)
                        .orElse(0L);
            case CatchUp.Phase.Released released -> released.begunBefore();
        };
    }

    private long lossBefore() {
        return interruption instanceof Interruption.OfRecovery broken && !broken.recovery().done
                ? broken.recovery().unrecordedLossFrom()
                : Long.MAX_VALUE;
    }

    private long lossFrom() {
        return progress == null ? Long.MAX_VALUE : progress.lossFrom();
    }

    private long statusesFrom() {
        return progress == null ? 0 : progress.statusesFrom();
    }

    private long unrecordedLossFrom() {
        return progress == null ? lossBefore() : lossFrom();
    }

    /** Its stream's call is over, or the stream is: what is under way is of no use any more. */
    void stop() {
        if (stopped) {
            return;
        }
        stopped = true;
        cancelTimer();
        cancelPatience();
        Running open = running;
        if (open != null) {
            forget(open);
            open.call().cancel();
        }
    }

    private void later(long nanos) {
        cancelTimer();
        timer = pool.loop().after(nanos, () -> {
            timer = null;
            look();
        });
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
    }

    /** What happened, for people. */
    @Override
    public String toString() {
        return "slots " + (progress == null ? 0 : progress.firstMissing()) + " to "
                + (catchUp.boundary().orElse(0) - 1) + " replayed "
                + Duration.ofNanos(pool.now() - beganNanos).toMillis() + " ms after it began anew: " + replayed
                + " updates missing, " + leftOut + " delivered before";
    }

    /** Why there was something to recover. */
    String cause() {
        return interruption.cause();
    }
}
