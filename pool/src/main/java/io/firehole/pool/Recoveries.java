package io.firehole.pool;

import io.firehole.pool.routing.Arrival;
import io.firehole.pool.routing.Router;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who on a stream is still to get what came before its present call served them: all on it after a break, and newcomers
 * who ask for a replay. Control thread.
 */
final class Recoveries {

    private static final Logger log = LoggerFactory.getLogger(Recoveries.class);

    /** Replays that newcomers may wait for at once: each holds back what is live. */
    static final int REPLAYS_MAX = 8;

    private final PoolContext pool;
    private final Upstream<?> stream;

    /** What broke off, until the next call goes on from there. */
    private @Nullable Interruption interruption;

    /** By which all get what they missed, while they do. */
    private @Nullable Recovery ofAll;

    /** By which newcomers get what they asked for. */
    private final List<Recovery> ofNewcomers = new ArrayList<>();

    Recoveries(PoolContext pool, Upstream<?> stream) {
        this.pool = pool;
        this.stream = stream;
    }

    /** How all on the stream come to its present call; null for at once. */
    @Nullable
    Arrival ofAll() {
        return ofAll == null ? null : ofAll.catchUp();
    }

    /** Whether all on the stream are still to get what they missed. */
    boolean areForAll() {
        return ofAll != null;
    }

    /** Whether anybody is. */
    boolean areUnderWay() {
        return ofAll != null || !ofNewcomers.isEmpty();
    }

    /** The call is over. */
    void callEnded(Call<?> call, String why) {
        if (ofAll != null) {
            ofAll.stop();
            interruption = new Interruption.OfRecovery(ofAll, call, why, pool.now());
            ofAll = null;
        } else if (call.router().requestInEffect() > 0) {
            interruption = new Interruption.OfCall(call, why, pool.now());
        }
        List<Recovery> broken = List.copyOf(ofNewcomers);
        ofNewcomers.clear();
        for (Recovery each : broken) {
            each.stop();
            Recovery next = each.after(new Interruption.OfRecovery(each, call, why, pool.now()));
            if (!next.cutOff().isEmpty()) {
                ofNewcomers.add(next);
            }
        }
    }

    /** What breaks off is that, and not the call of this stream. */
    void interrupted(Interruption instead) {
        interruption = instead;
    }

    /** What breaks off now, if anything does. */
    Optional<Interruption> interruption() {
        return Optional.ofNullable(interruption);
    }

    /** Whether there is something to go on with. */
    boolean areDue() {
        return interruption != null;
    }

    /**
     * The next call is about to begin: what broke off is gone on with, if the provider can replay it and somebody is owed it.
     *
     * @return false if that is not so
     */
    boolean begin() {
        Interruption broken = interruption;
        interruption = null;
        if (broken == null) {
            return false;
        }
        List<CutOff> owed = stream.cutOff();
        if (owed.isEmpty()) {
            return false;
        }
        ofAll = new Recovery(pool, stream, broken, owed);
        return true;
    }

    /** The call begins. */
    void callBegins(Router router) {
        if (ofAll != null) {
            ofAll.callBegins(router);
        }
        ofNewcomers.forEach(each -> each.callBegins(router));
    }

    /**
     * Whether there are so few who get a replay that one need not wait for others to come along; else all who come share one
     * that waits.
     */
    boolean mayHurry() {
        return ofNewcomers.size() <= REPLAYS_MAX / 2;
    }

    /** Whether nobody more may come who asks for a replay. */
    boolean areFull() {
        return ofNewcomers.size() >= REPLAYS_MAX && ofNewcomers.stream().noneMatch(Recovery::isJoinable);
    }

    /**
     * Somebody comes who asks for a replay. Those who come about the same time share one.
     *
     * @return by which it gets that; it is to be {@linkplain Recovery#add added} there
     */
    Recovery newcomer() {
        for (Recovery each : ofNewcomers) {
            if (each.awaits()) {
                return each;
            }
        }
        Recovery begun = new Recovery(pool, stream, new Interruption.OfNothing(pool.now()), List.of());
        begun.catchUp().awaits();
        ofNewcomers.add(begun);
        stream.openRouter().ifPresent(begun::callBegins);
        return begun;
    }

    /** The call has told something. */
    void look() {
        if (ofAll != null) {
            ofAll.look();
        }
        List.copyOf(ofNewcomers).forEach(Recovery::look);
    }

    /** Those have got what they missed. */
    void over(Recovery done) {
        log.info("Stream {} goes on after {}: {}", stream.id(), done.cause(), done);
        stream.openRouter().ifPresent(router -> router.forgetArrival(done.catchUp()));
        if (done.equals(ofAll)) {
            ofAll = null;
        }
        ofNewcomers.remove(done);
    }

    /** The stream is over. */
    void end() {
        if (ofAll != null) {
            ofAll.stop();
            ofAll = null;
        }
        ofNewcomers.forEach(Recovery::stop);
        ofNewcomers.clear();
    }
}
