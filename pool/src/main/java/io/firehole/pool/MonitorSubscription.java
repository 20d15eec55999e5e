package io.firehole.pool;

import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.filters.InvalidFilterException;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeRequest;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One monitor's subscription inside a Java program: what {@link Pool#subscribe(Monitor, SubscribeRequest, MonitorListener)}
 * gives. It goes the way of a gateway client's, with the same merging, mailbox and limits, and goes on by itself when a
 * connection breaks.
 *
 * <p>Every method may be called from any thread, the listener's included; nothing here blocks.
 */
public final class MonitorSubscription implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(MonitorSubscription.class);

    /** Updates told in one go before others on the same executor get their turn. */
    private static final int TURN_UPDATES = 1_024;

    private final MonitorStream stream;
    private final MonitorListener listener;
    private final Executor callbacks;
    private final Turns turns;
    private final AtomicLong count = new AtomicLong();

    /** Written by whose turn it is. */
    private volatile @Nullable GrpcStatus end;

    /** Why nothing more is told although more may wait. Only whose turn it is. */
    private @Nullable GrpcStatus failure;

    private MonitorSubscription(MonitorStream stream, MonitorListener listener, Executor callbacks, Turns turns) {
        this.stream = stream;
        this.listener = listener;
        this.callbacks = callbacks;
        this.turns = turns;
    }

    /** How many wakeups have not been looked after; who makes it more than 0 has the turn executed. */
    static final class Turns {

        /** One from the start, so that nobody has a turn before there is something to be turned to. */
        private final AtomicInteger due = new AtomicInteger(1);

        private @Nullable MonitorSubscription subscription;

        /** There is something new. Any thread. */
        void wake() {
            if (due.getAndIncrement() == 0 && subscription != null) {
                subscription.execute();
            }
        }

        /**
         * Begins: what has come until now is told, and what comes.
         *
         * @param stream made with {@link #wake} as its wakeup
         */
        MonitorSubscription begin(MonitorStream stream, MonitorListener listener, Executor callbacks) {
            MonitorSubscription begun = new MonitorSubscription(stream, listener, callbacks, this);
            subscription = begun;
            begun.execute();
            return begun;
        }
    }

    /** Whose subscription it is. */
    public Monitor monitor() {
        return stream.monitor();
    }

    /**
     * Asks for something else: the whole request replaces the one before. Up to some update everything comes by the old
     * filters, from it on everything by the new ones. Of changes made faster than the pool comes to them the last one
     * counts.
     *
     * @throws InvalidFilterException if the request breaks a rule; as at the reference server the subscription ends with
     *     INVALID_ARGUMENT and the same text
     * @throws IllegalArgumentException if the request has a ping, which asks for nothing; the subscription goes on
     */
    public void change(SubscribeRequest request) throws InvalidFilterException {
        checkNoPing(request);
        stream.request(request);
    }

    static void checkNoPing(SubscribeRequest request) {
        if (request.hasPing()) {
            throw new IllegalArgumentException(
                    "a request with a ping asks for nothing, and inside a program there is nobody to answer it");
        }
    }

    /** Updates told to the listener so far. */
    public long count() {
        return count.get();
    }

    /** Updates that wait to be told. */
    public long waiting() {
        return stream.waiting();
    }

    /** See {@link MonitorStream#activeFromSlot}. */
    public OptionalLong activeFromSlot() {
        return stream.activeFromSlot();
    }

    /** What the listener was told in {@link MonitorListener#onEnd}; empty before. */
    public Optional<GrpcStatus> ended() {
        return Optional.ofNullable(end);
    }

    /**
     * Leaves the pool and forgets what waits: the listener is told of no further update but one that is under way, and
     * then of its end. Idempotent.
     */
    @Override
    public void close() {
        stream.close();
        turns.wake();
    }

    private void execute() {
        try {
            callbacks.execute(this::turn);
        } catch (RejectedExecutionException refused) {
            // Nobody is left to tell. The turn stays taken, so that no second one is tried.
            log.error(
                    "The executor for callbacks takes nothing for monitor {}: its subscription is over",
                    monitor().id(),
                    refused);
            stream.close();
        }
    }

    private void turn() {
        int left = TURN_UPDATES;
        int looked = turns.due.get();
        while (true) {
            for (Delivery next = poll(); next != null; next = poll()) {
                tell(next);
                if (--left == 0) {
                    execute();
                    return;
                }
            }
            tellEnd();
            looked = turns.due.addAndGet(-looked);
            if (looked == 0) {
                return;
            }
        }
    }

    private @Nullable Delivery poll() {
        return failure == null ? stream.poll() : null;
    }

    private void tell(Delivery update) {
        try {
            listener.onDelivery(update);
            stream.written(update);
            count.incrementAndGet();
        } catch (InvalidProtocolBufferException malformed) {
            fail(GrpcStatus.Code.INTERNAL.with("an update cannot be parsed: " + malformed.getMessage()), malformed);
        } catch (RuntimeException | Error broken) {
            fail(GrpcStatus.Code.UNKNOWN.with("the listener failed: " + broken), broken);
        }
    }

    private void fail(GrpcStatus why, Throwable cause) {
        log.error("The subscription of monitor {} ends: {}", monitor().id(), why.message(), cause);
        failure = why;
        stream.close();
    }

    private void tellEnd() {
        GrpcStatus why = failure == null ? stream.ended() : failure;
        if (why == null || end != null) {
            return;
        }
        end = why;
        try {
            listener.onEnd(why);
        } catch (RuntimeException | Error broken) {
            log.error(
                    "The listener of monitor {} failed when told of its end",
                    monitor().id(),
                    broken);
        }
    }
}
