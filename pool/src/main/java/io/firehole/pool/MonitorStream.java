package io.firehole.pool;

import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.pool.mailbox.Lane;
import io.firehole.pool.mailbox.Loss;
import io.firehole.pool.mailbox.Mailbox;
import io.firehole.pool.mailbox.Relief;
import io.firehole.pool.memory.MemoryBudget;
import io.firehole.pool.memory.MemoryPressure;
import io.firehole.pool.merging.Subscription;
import io.firehole.pool.metrics.LatencyRecorder;
import io.firehole.pool.metrics.LatencySecond;
import io.firehole.pool.time.NanoClock;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeRequest;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One monitor's stream through the pool: what it asks goes up, what it is to receive waits in its mailbox.
 *
 * <p>{@link #poll} and {@link #ended} belong to one reader at a time. Everything else may be called from any thread;
 * nothing here blocks.
 */
public final class MonitorStream implements AutoCloseable {

    private final Monitor monitor;
    private final FilterLimits limits;
    private final Mailbox<Delivery> mailbox;

    /** What the monitor asked last, until the control thread takes it. */
    private final AtomicReference<@Nullable Subscription> request = new AtomicReference<>();

    /** Has the control thread look at this stream. */
    private final Runnable attend;

    /** Written by the control thread. */
    private volatile OptionalLong activeFromSlot = OptionalLong.empty();

    private final MailboxLimits mailboxLimits;

    private final NanoClock clock;

    /** From the arrival of updates until they were handed on. Written by the reader. */
    private final LatencyRecorder latency = new LatencyRecorder();

    // Written by the reader alone.
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong writtenBytes = new AtomicLong();

    /**
     * @param clock for latencies
     * @param memory for what waits
     * @param spilling for what waits on disk
     * @param limits what the provider allows in a request
     * @param attend has the control thread look at this stream
     */
    MonitorStream(
            Monitor monitor,
            MailboxLimits mailboxLimits,
            NanoClock clock,
            MemoryBudget memory,
            Spilling spilling,
            FilterLimits limits,
            Runnable wakeup,
            Runnable attend) {
        this.monitor = monitor;
        this.mailboxLimits = mailboxLimits;
        this.clock = clock;
        this.limits = limits;
        this.attend = attend;
        this.mailbox = new Mailbox<>(
                mailboxLimits.updates(),
                mailboxLimits.bytes(),
                DeliveryContents.IN_BYTES,
                relief(mailboxLimits.policy(), spilling),
                memory.account(),
                wakeup,
                attend);
    }

    private static Relief<Delivery> relief(MailboxLimits.OverrunPolicy policy, Spilling spilling) {
        return switch (policy) {
            case DISCONNECT -> Relief.none();
            case DROP_OLDEST -> Relief.dropOldest();
            case LATEST_PER_ACCOUNT -> Relief.latestPerSubject();
            case SPILL -> spilling.relief();
        };
    }

    /** Whose stream this is. */
    public Monitor monitor() {
        return monitor;
    }

    /**
     * Asks for other filters than before: the whole request replaces the earlier one. Never a request with {@code ping},
     * which changes nothing and is answered by who speaks with the client.
     *
     * <p>If the request breaks a rule of the protocol or of the provider's profile, the stream has ended with
     * INVALID_ARGUMENT, as it would have at the provider. If it is larger
     * than a provider takes ({@link Subscription#REQUEST_BYTES_MAX}) the stream ends with RESOURCE_EXHAUSTED. Of requests
     * made faster than the pool comes to them only the last one counts, also as there.
     *
     * @throws InvalidFilterException if the request breaks a rule
     */
    public void request(SubscribeRequest asked) throws InvalidFilterException {
        Subscription subscription;
        try {
            subscription = Subscription.of(asked, limits);
        } catch (InvalidFilterException invalid) {
            end(GrpcStatus.Code.INVALID_ARGUMENT.with(invalid.statusMessage()));
            attend.run();
            throw invalid;
        }
        ask(subscription);
    }

    /** Asks for what has been validated; see {@link #request}. */
    void ask(Subscription subscription) {
        if (subscription.fitsOneRequest()) {
            request.set(subscription);
        } else {
            end(GrpcStatus.Code.RESOURCE_EXHAUSTED.with("request of " + subscription.sizeBytes()
                    + " bytes is too large for the provider, which takes " + Subscription.REQUEST_BYTES_MAX
                    + " with all that Firehole adds"));
        }
        attend.run();
    }

    /**
     * Checks a request as {@link #request} does, and changes nothing.
     *
     * @throws InvalidFilterException if the request breaks a rule
     */
    public void check(SubscribeRequest asked) throws InvalidFilterException {
        FilterSet.compile(asked, limits);
    }

    /** The next update, or null if none waits: then the wakeup is called when that changes. Reader only. */
    public @Nullable Delivery poll() {
        return mailbox.poll();
    }

    /**
     * Says that an update has been handed on to whom it is for: counted, and its latency measured. Reader only.
     *
     * @param update one that {@link #poll} has given, or what it was made into for its receiver
     * @param atNanos when, by the pool's clock
     */
    public void written(Delivery update, long atNanos) {
        written.setRelease(written.getPlain() + 1);
        writtenBytes.setRelease(writtenBytes.getPlain() + update.size());
        if (update.receivedNanos() != 0) {
            latency.record(atNanos - update.receivedNanos());
        }
    }

    /** The same for one that has been handed on just now. */
    void written(Delivery update) {
        written(update, clock.nanos());
    }

    /** Updates handed on so far; see {@link #written(Delivery, long)}. Any thread. */
    public long written() {
        return written.getAcquire();
    }

    /** Bytes handed on so far, as message lengths. Any thread. */
    public long writtenBytes() {
        return writtenBytes.getAcquire();
    }

    /** How long those took that were handed on since this was asked last. Control thread. */
    LatencySecond takeLatency() {
        return latency.take();
    }

    /** Whether it ended with an error, and not because its monitor left. Any thread. */
    boolean failed() {
        GrpcStatus why = mailbox.end();
        return why != null && !why.isOk();
    }

    /**
     * Why nothing follows what {@link #poll} has given, or null while more may come. Reader only; ask it after
     * {@link #poll} gave null. Never OK unless {@link #close} was called.
     */
    public @Nullable GrpcStatus ended() {
        return mailbox.ended();
    }

    /** Leaves the pool and forgets what waits. Idempotent. */
    @Override
    public void close() {
        mailbox.close();
        attend.run();
    }

    /** Updates put into the mailbox so far. */
    public long updates() {
        return mailbox.updates();
    }

    /** Bytes put into the mailbox so far, as message lengths. */
    public long bytes() {
        return mailbox.bytes();
    }

    /** Updates that wait to be polled. */
    public long waiting() {
        return mailbox.waiting();
    }

    /** Bytes that wait to be polled, as message lengths. */
    public long waitingBytes() {
        return mailbox.waitingBytes();
    }

    /** Updates of those that wait on disk. */
    public long stored() {
        return mailbox.stored();
    }

    /** Bytes of those, as message lengths. */
    public long storedBytes() {
        return mailbox.storedBytes();
    }

    /** Why no more can wait on disk; null while more can, or if none was to. */
    @Nullable
    String diskProblem() {
        return mailbox.overflowProblem();
    }

    /**
     * The first slot of which the newest confirmed request gets everything: the first that began after the provider had
     * shown that it applies the request. Empty until that slot has begun.
     */
    public OptionalLong activeFromSlot() {
        return activeFromSlot;
    }

    void end(GrpcStatus why) {
        mailbox.end(why);
    }

    /** Ends it, and forgets what waits. */
    void cut(GrpcStatus why) {
        mailbox.cut(why);
    }

    /** Whether it needs no place any more. */
    boolean isOver() {
        return mailbox.isShut();
    }

    @Nullable
    Subscription takeRequest() {
        return request.getAndSet(null);
    }

    /** A way into the mailbox for a call of that place. Control thread. */
    Lane<Delivery> lane(long place) {
        return mailbox.lane(place);
    }

    void activeFrom(OptionalLong slot) {
        activeFromSlot = slot;
    }

    /** Whether its mailbox was full and takes in nothing any more, but has not been told its end. */
    boolean isToBeEnded() {
        return mailbox.overran() != null && !mailbox.isEnded();
    }

    /** How scarce memory was when its mailbox was full. */
    MemoryPressure pressureAtOverrun() {
        MemoryPressure pressure = mailbox.overran();
        return pressure == null ? MemoryPressure.NONE : pressure;
    }

    /** The lowest slot of what was not let in since; empty if nothing of a slot was. */
    OptionalLong lowestRefusedSlot() {
        return mailbox.lowestRefusedSlot();
    }

    /** What was dropped since this was asked last. */
    Loss takeLoss() {
        return mailbox.takeLoss();
    }

    /** What may wait, and what happens beyond that. */
    MailboxLimits mailboxLimits() {
        return mailboxLimits;
    }

    /** Tells anew how much waits. */
    void report() {
        mailbox.report();
    }

    /** How much memory what waits is counted for. */
    long held() {
        return mailbox.held();
    }

    /** The slot of what is read next; empty if nothing waits, or if that cannot be told at the moment. */
    OptionalLong oldestSlot() {
        return mailbox.oldestSlot();
    }

    /** Updates that were dropped because it reads too slowly. */
    public long dropped() {
        return mailbox.dropped();
    }

    /** Updates in whose place later ones of the same account were put. */
    public long conflated() {
        return mailbox.conflated();
    }
}
