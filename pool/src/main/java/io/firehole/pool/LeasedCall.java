package io.firehole.pool;

import io.firehole.pool.transport.Connection;
import io.firehole.wire.GrpcStatus;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A call made on a {@link PoolChannel}: it keeps what its caller does until the pool has a connection for it, then does the
 * same on a call of that connection.
 *
 * <pre>
 *   Waiting ── proceed ──▶ Passing: what waited goes first ──▶ Open: nothing in between any more
 *      └────── refuse, cancel ──▶ Ended
 * </pre>
 *
 * <p>The caller's methods come from the caller's threads, {@link #proceed} and {@link #refuse} from the control thread,
 * which runs nothing of the caller's: all that is passed on later runs on the pool's callback threads.
 */
final class LeasedCall<Q, R> extends ClientCall<Q, R> {

    /** Steps of a caller (messages, requests for messages) that wait for the connection. */
    static final int STEPS_MAX = 256;

    private static final Logger log = LoggerFactory.getLogger(LeasedCall.class);

    private final Leases leases;
    private final Monitor monitor;
    private final MethodDescriptor<Q, R> method;
    private final CallOptions options;
    private final boolean relayed;

    /** Where the caller wants to be told. */
    private final Executor executor;

    /** The caller's: its cancellation ends the call, and its deadline is the call's. */
    private final Context context = Context.current();

    private final Context.CancellationListener cancellation = this::cancelledBy;
    private final AtomicBoolean over = new AtomicBoolean();

    /** Guards the fields below; held for moments, and never while foreign code runs. */
    private final ReentrantLock lock = new ReentrantLock();

    private List<Consumer<ClientCall<Q, R>>> steps = new ArrayList<>();
    private @Nullable Listener<R> listener;
    private boolean passing;
    private boolean ended;
    private @Nullable Status endedBeforeStart;

    /** Written once, when nothing waits any more. */
    private volatile @Nullable ClientCall<Q, R> open;

    /** The connection's call may say that it is ready before what waited has been passed to it. */
    private volatile boolean readyEarly;

    /** @param relayed see {@link #isRelayed} */
    LeasedCall(Leases leases, Monitor monitor, MethodDescriptor<Q, R> method, CallOptions options, boolean relayed) {
        this.relayed = relayed;
        this.leases = leases;
        this.monitor = monitor;
        this.method = method;
        this.options = options;
        Executor own = options.getExecutor();
        this.executor = own == null ? leases.callbacks() : own;
    }

    Monitor monitor() {
        return monitor;
    }

    /** Whether its monitor is somebody else's client, which shares what connections there are, and not a Java program's own. */
    boolean isRelayed() {
        return relayed;
    }

    String method() {
        return method.getFullMethodName();
    }

    /** Until when the caller waits, if it said so. */
    Optional<Deadline> deadline() {
        Deadline own = options.getDeadline();
        Deadline inherited = context.getDeadline();
        if (own == null || inherited == null) {
            return Optional.ofNullable(own == null ? inherited : own);
        }
        return Optional.of(own.minimum(inherited));
    }

    // ---- the caller ----

    @Override
    public void start(Listener<R> told, Metadata headers) {
        lock.lock();
        try {
            if (listener != null) {
                throw new IllegalStateException(method() + ": the call has been started already");
            }
            listener = told;
            steps.add(call -> call.start(new Ears(told), headers));
        } finally {
            lock.unlock();
        }
        Status before = endedBeforeStart;
        if (before != null) {
            tellClosed(told, before);
            return;
        }
        context.addListener(cancellation, Runnable::run);
        leases.begin(this);
    }

    @Override
    public void request(int messages) {
        pass(call -> call.request(messages));
    }

    @Override
    public void sendMessage(Q message) {
        pass(call -> call.sendMessage(message));
    }

    @Override
    public void halfClose() {
        pass(ClientCall::halfClose);
    }

    @Override
    public void setMessageCompression(boolean enabled) {
        pass(call -> call.setMessageCompression(enabled));
    }

    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {
        ClientCall<Q, R> direct = open;
        if (direct != null) {
            direct.cancel(message, cause);
            return;
        }
        Status status = Status.CANCELLED
                .withDescription(message == null ? "Call cancelled without message" : message)
                .withCause(cause);
        if (!end(status)) {
            pass(call -> call.cancel(message, cause));
        }
    }

    @Override
    public boolean isReady() {
        ClientCall<Q, R> direct = open;
        return direct == null ? readyEarly : direct.isReady();
    }

    @Override
    public Attributes getAttributes() {
        ClientCall<Q, R> direct = open;
        return direct == null ? Attributes.EMPTY : direct.getAttributes();
    }

    private void pass(Consumer<ClientCall<Q, R>> step) {
        ClientCall<Q, R> direct = open;
        if (direct == null) {
            boolean tooMany;
            lock.lock();
            try {
                direct = open;
                tooMany = direct == null && !ended && !passing && steps.size() >= STEPS_MAX;
                if (direct == null && !ended && !tooMany) {
                    steps.add(step);
                }
            } finally {
                lock.unlock();
            }
            if (tooMany) {
                end(Status.RESOURCE_EXHAUSTED.withDescription(method() + ": " + STEPS_MAX
                        + " messages and requests wait for a connection already, which is the limit"));
            }
        }
        if (direct != null) {
            step.accept(direct);
        }
    }

    private void cancelledBy(Context cancelled) {
        // Once it is passing, the call of the connection hears of it by itself.
        end(Contexts.statusFromCancelled(cancelled));
    }

    // ---- the control thread ----

    /** Whether it has ended without going out. */
    boolean hasEnded() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    /** Goes out on that connection. */
    void proceed(Connection connection) {
        lock.lock();
        try {
            if (ended || passing) {
                return;
            }
            passing = true;
        } finally {
            lock.unlock();
        }
        context.removeListener(cancellation);
        leases.callbacks().execute(context.wrap(() -> passOn(connection)));
    }

    /** Ends without having gone out. */
    void refuse(GrpcStatus why) {
        end(Status.fromCodeValue(why.code().number()).withDescription(why.message()));
    }

    // ---- the pool's callback threads ----

    private void passOn(Connection connection) {
        ClientCall<Q, R> call;
        try {
            call = connection.newCall(method, options.withExecutor(executor).withStreamTracerFactory(new Watch()));
        } catch (UnsupportedOperationException refused) {
            stopPassing(Status.UNIMPLEMENTED.withDescription(refused.getMessage()));
            return;
        } catch (RuntimeException noCall) {
            log.error("{} for {} could not be made on connection {}", method(), monitor.id(), connection.id(), noCall);
            stopPassing(Status.INTERNAL
                    .withDescription("the call could not be made")
                    .withCause(noCall));
            return;
        }
        while (true) {
            List<Consumer<ClientCall<Q, R>>> next;
            lock.lock();
            try {
                if (steps.isEmpty()) {
                    open = call;
                    return;
                }
                next = steps;
                steps = new ArrayList<>();
            } finally {
                lock.unlock();
            }
            for (Consumer<ClientCall<Q, R>> step : next) {
                try {
                    step.accept(call);
                } catch (RuntimeException misuse) {
                    // The caller's own mistake, as to send after a half-close; too late to throw it at the caller.
                    call.cancel(method() + ": " + misuse.getMessage(), misuse);
                }
            }
        }
    }

    private void stopPassing(Status status) {
        lock.lock();
        try {
            passing = false;
        } finally {
            lock.unlock();
        }
        end(status);
    }

    /** Ends a call that has not gone out; false if it has, or has ended before. */
    private boolean end(Status status) {
        Listener<R> told;
        lock.lock();
        try {
            if (ended || passing) {
                return ended;
            }
            ended = true;
            steps = new ArrayList<>();
            told = listener;
            if (told == null) {
                endedBeforeStart = status;
            }
        } finally {
            lock.unlock();
        }
        context.removeListener(cancellation);
        if (told != null) {
            tellClosed(told, status);
        }
        isOver();
        return true;
    }

    private void tellClosed(Listener<R> told, Status status) {
        Runnable close = context.wrap(() -> told.onClose(status, new Metadata()));
        // By a thread of the pool in any case: the caller's executor may run a task where it is handed in.
        leases.callbacks().execute(() -> {
            try {
                executor.execute(close);
            } catch (RejectedExecutionException callerGone) {
                log.debug("{} for {} ended with {}; its executor takes nothing more", method(), monitor.id(), status);
            }
        });
    }

    /** It needs its connection no more. */
    private void isOver() {
        if (over.compareAndSet(false, true)) {
            leases.over(this);
        }
    }

    /** Hears the end of a call that reached the network, whether or not its caller still listens. */
    private final class Watch extends ClientStreamTracer.Factory {
        @Override
        public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
            return new ClientStreamTracer() {
                @Override
                public void streamClosed(Status status) {
                    isOver();
                }
            };
        }
    }

    /** Hears the end of a call that did not. */
    private final class Ears extends SimpleForwardingClientCallListener<R> {
        Ears(Listener<R> told) {
            super(told);
        }

        @Override
        public void onReady() {
            readyEarly = true;
            super.onReady();
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            isOver();
            super.onClose(status, trailers);
        }
    }
}
