package io.firehole.pool;

import io.firehole.pool.merging.Subscription;
import io.firehole.pool.time.Timers.Timer;
import io.firehole.pool.transport.Connection;
import io.firehole.wire.proto.SubscribeRequest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Those who wait for a verdict before they join one stream. One trial runs at a time; who comes meanwhile is tried together
 * with the others in the next one. A trial that is refused is halved until who is at fault stands alone. Control thread.
 */
final class TrialQueue {

    /** Trials without an answer, in a row, after which nobody waits for one any more. */
    static final int ATTEMPTS_MAX = 3;

    /** The wait before the next attempt after one without an answer, or until the provider has heard of a call's end. */
    static final Duration RETRY_AFTER = Duration.ofMillis(100);

    private final PoolContext pool;
    private final Vetting vetting;
    private final SharedStream stream;

    /** Who is to be tried by itself: halves of what was refused. */
    private final Deque<List<Examination>> halves = new ArrayDeque<>();

    private final List<Examination> newcomers = new ArrayList<>();
    private List<Examination> tried = List.of();
    private @Nullable Trial trial;
    private @Nullable Timer later;
    private int attempts;

    TrialQueue(PoolContext pool, Vetting vetting, SharedStream stream) {
        this.pool = pool;
        this.vetting = vetting;
        this.stream = stream;
    }

    void add(Examination examination) {
        newcomers.add(examination);
        advance();
    }

    /** Whether a trial runs. */
    boolean isTrying() {
        return trial != null;
    }

    /** Goes on, if nothing is under way: also when the stream's call has opened, or the stream has ended. */
    void advance() {
        if (trial != null) {
            return;
        }
        cancel(later);
        later = null;
        List<Examination> batch = next();
        if (batch.isEmpty()) {
            vetting.emptied(stream);
            return;
        }
        if (stream.isEnded() || stream.isRetiring()) {
            batch.forEach(examination -> examination.decide(new Verdict.Moot()));
            advance();
            return;
        }
        Optional<Connection> connection = stream.openConnection();
        if (connection.isEmpty()) {
            // Nobody is served on it, and whoever waits loses nothing by waiting until it opens.
            halves.addFirst(batch);
        } else if (!pool.pace().admitsAtOnce(Trial.requestsMax())) {
            decide(
                    batch,
                    new Verdict.Untriable("a trial takes " + Trial.requestsMax()
                            + " requests at once, and the provider does not allow so many"));
            advance();
        } else if (!vetting.mayTry(stream)) {
            decide(batch, new Verdict.Untriable("the provider allows no further call on which they could be tried"));
            advance();
        } else {
            long wait = vetting.mustWaitForRoom()
                    ? RETRY_AFTER.toNanos()
                    : pool.pace().waitNanos(Trial.requestsMax());
            if (wait > 0) {
                halves.addFirst(batch);
                later = pool.loop().after(wait, this::advance);
            } else {
                begin(batch, connection.get());
            }
        }
    }

    /** Gives a trial up that nobody waits for any more. */
    void giveUpInVain() {
        Trial vain = trial;
        if (vain != null && tried.stream().allMatch(Examination::isOver)) {
            vain.cancel();
            trial = null;
            tried = List.of();
            advance();
        }
    }

    /** Who is next, without those who wait no more and those on whom there is a verdict by now. */
    private List<Examination> next() {
        while (!halves.isEmpty() || !newcomers.isEmpty()) {
            List<Examination> candidates;
            if (halves.isEmpty()) {
                candidates = List.copyOf(newcomers);
                newcomers.clear();
            } else {
                candidates = halves.removeFirst();
            }
            List<Examination> batch = new ArrayList<>();
            for (Examination examination : candidates) {
                if (!examination.isOver() && !vetting.decidesFromMemory(examination)) {
                    batch.add(examination);
                }
            }
            if (!batch.isEmpty()) {
                return batch;
            }
        }
        return List.of();
    }

    private void begin(List<Examination> batch, Connection connection) {
        List<Subscription> subscriptions =
                batch.stream().map(Examination::subscription).toList();
        SubscribeRequest alone = TrialRequests.alone(
                subscriptions.stream().map(Subscription::request).toList());
        boolean allowed = TrialRequests.isAllowed(alone, pool.config().profile());
        if (!allowed && batch.size() > 1) {
            halve(batch);
            advance();
            return;
        }
        tried = batch;
        vetting.began();
        // One who changes its filters may fit without its old ones alone; then only the new ones can be tried.
        trial = new Trial(
                pool,
                connection,
                allowed ? Optional.of(alone) : Optional.empty(),
                stream.preview(subscriptions).orElse(alone),
                this::ended);
    }

    private void ended(Trial.Outcome outcome) {
        trial = null;
        List<Examination> batch = tried;
        tried = List.of();
        switch (outcome) {
            case Trial.Outcome.Taken taken -> decide(batch, new Verdict.Taken());
            case Trial.Outcome.RefusedAlone(var why) -> {
                if (batch.size() > 1) {
                    attempts = 0;
                    halve(batch);
                } else {
                    decide(batch, new Verdict.Refused(why, false));
                }
            }
            case Trial.Outcome.RefusedTogether(var why) -> {
                if (batch.size() > 1) {
                    attempts = 0;
                    halve(batch);
                } else {
                    stream.isFullWith(batch.getFirst().subscription());
                    decide(batch, new Verdict.Apart(why));
                }
            }
            case Trial.Outcome.Unknown(String cause) -> {
                if (++attempts < ATTEMPTS_MAX) {
                    halves.addFirst(batch);
                    later = pool.loop().after(RETRY_AFTER.toNanos(), this::advance);
                    return;
                }
                decide(batch, new Verdict.Unknown(cause));
            }
        }
        advance();
    }

    private void halve(List<Examination> batch) {
        int middle = batch.size() / 2;
        halves.addFirst(batch.subList(middle, batch.size()));
        halves.addFirst(batch.subList(0, middle));
    }

    private void decide(List<Examination> batch, Verdict verdict) {
        attempts = 0;
        for (Examination examination : batch) {
            if (!examination.isOver()) {
                vetting.learn(examination, verdict);
                examination.decide(verdict);
            }
        }
    }

    private static void cancel(@Nullable Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
    }
}
