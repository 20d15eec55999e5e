package io.firehole.pool;

import io.firehole.pool.merging.Fingerprint;
import io.firehole.pool.merging.Subscription;
import io.firehole.wire.GrpcStatus;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that no stream which serves somebody is at stake when somebody else joins it: a request that the provider
 * refuses ends its call for everybody on it, so filters the provider has not been seen to take are tried on a call of
 * their own first (see {@link Trial}). Control thread.
 *
 * <p>Who is alone on its stream puts nobody at risk and goes at once, as does who asks only for what is known to be taken.
 * What was refused is remembered for a while, so that who comes back with it every second costs nothing.
 */
final class Vetting {

    /** How long a monitor waits for a verdict; then it goes on without. */
    static final Duration WAIT_MAX = Duration.ofSeconds(5);

    private final PoolContext pool;
    private final Links links;
    private final FilterMemory memory;
    private final Map<SharedStream, TrialQueue> queues = new HashMap<>();
    private long trials;
    private long taken;
    private long refused;
    private long apart;
    private long fromMemory;
    private long unknown;
    private long untriable;

    Vetting(PoolContext pool, Links links) {
        this.pool = pool;
        this.links = links;
        this.memory = new FilterMemory(pool.clock());
    }

    /**
     * Has a monitor's filters tried, if that is needed before it may have its place.
     *
     * @param target the stream it would share; null if it would have one for itself
     * @param told hears the verdict, perhaps before this returns
     * @return null if there is nothing to wait for
     */
    @Nullable
    Examination examine(
            Member member, @Nullable SharedStream target, Subscription subscription, Consumer<Verdict> told) {
        if (!pool.config().vetting()) {
            return null;
        }
        Set<Fingerprint> untried = memory.unknown(subscription);
        if (untried.isEmpty()) {
            return null;
        }
        Examination examination = new Examination(subscription, untried, told);
        if (decidesFromMemory(examination)) {
            return examination;
        }
        if (target == null || !target.servesOthersThan(member)) {
            return null;
        }
        examination.expiresBy(pool.loop().after(WAIT_MAX.toNanos(), () -> {
            Verdict late = new Verdict.Unknown("there was no verdict within " + WAIT_MAX.toSeconds() + " s");
            learn(examination, late);
            examination.decide(late);
            abandoned();
        }));
        queues.computeIfAbsent(target, stream -> new TrialQueue(pool, this, stream))
                .add(examination);
        return examination;
    }

    /** Decides at once what is known by now; whether it did. */
    boolean decidesFromMemory(Examination examination) {
        Set<Fingerprint> untried = memory.unknown(examination.subscription());
        if (untried.isEmpty()) {
            examination.decide(new Verdict.Taken());
            return true;
        }
        Optional<GrpcStatus> why = memory.refusal(untried);
        why.ifPresent(status -> {
            fromMemory++;
            examination.decide(new Verdict.Refused(status, true));
        });
        return why.isPresent();
    }

    /** Somebody does not wait any more. */
    void abandoned() {
        List.copyOf(queues.values()).forEach(TrialQueue::giveUpInVain);
    }

    /** A stream's call has opened, perhaps in succession to another, or the stream has ended. */
    void changed(SharedStream stream) {
        for (Map.Entry<SharedStream, TrialQueue> queue : List.copyOf(queues.entrySet())) {
            if (queue.getKey() == stream || queue.getKey().isRetiring()) {
                queue.getValue().advance();
            }
        }
    }

    /** Nobody waits for that stream any more. */
    void emptied(SharedStream stream) {
        queues.remove(stream);
    }

    /** Whether the provider allows one more call beside those that are open. */
    boolean mayTry(SharedStream stream) {
        return room() > 0
                && stream.link().streams().size() + tryingOn(stream.link())
                        < pool.config().profile().streamsPerConnection();
    }

    /** Whether it may still count one that has just ended, so that there will be room in a moment. */
    boolean mustWaitForRoom() {
        return room() <= pool.departures().count();
    }

    /** How many further calls the provider allows when it has heard of the end of all that are over. */
    int room() {
        int open = links.all().stream().mapToInt(link -> link.streams().size()).sum();
        return pool.config().profile().streamsPerAccount()
                - open
                - trying()
                - Math.toIntExact(pool.tally().replaysOpen);
    }

    /** How many trials are under way: calls that count as streams at the provider. */
    int trying() {
        return (int) queues.values().stream().filter(TrialQueue::isTrying).count();
    }

    /** How many of them are on the connection of that link. */
    int tryingOn(Link link) {
        return (int) queues.entrySet().stream()
                .filter(queue ->
                        queue.getKey().link() == link && queue.getValue().isTrying())
                .count();
    }

    void began() {
        trials++;
    }

    void learn(Examination examination, Verdict verdict) {
        switch (verdict) {
            case Verdict.Taken yes -> {
                taken++;
                memory.took(examination.unknown());
            }
            case Verdict.Apart(GrpcStatus why) -> apart++;
            case Verdict.Refused(GrpcStatus why, boolean remembered) -> {
                refused++;
                memory.refused(examination.unknown(), why);
            }
            case Verdict.Unknown(String cause) -> unknown++;
            case Verdict.Untriable(String cause) -> untriable++;
            case Verdict.Moot moot -> {}
        }
    }

    /** The provider was seen to serve that. */
    void served(Subscription subscription) {
        memory.took(subscription.fingerprints());
    }

    /** The provider refused that on the call of the only one who asked for it. */
    void refused(Subscription subscription, GrpcStatus why) {
        memory.refused(memory.unknown(subscription), why);
    }

    /** Whether the provider has been seen to take all of that. */
    boolean knows(Subscription subscription) {
        return memory.unknown(subscription).isEmpty();
    }

    /** The provider refused what it had taken before. */
    void doubt(Subscription subscription) {
        memory.doubt(subscription.fingerprints());
    }

    PoolStats.VettingStats stats() {
        return new PoolStats.VettingStats(trials, taken, refused, apart, fromMemory, unknown, untriable);
    }
}
