package io.firehole.pool;

import io.firehole.pool.routing.Router;
import io.firehole.pool.time.NanoClock;
import io.firehole.pool.transport.StreamListener;
import io.firehole.pool.transport.UpstreamStream;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestPing;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One {@code Subscribe} call as its event loop sees it: what comes goes through the router, what the control thread
 * must know raises a signal, a ping too: its answer is a request, and requests have their pace.
 *
 * @param <R> the kind of router
 */
final class Call<R extends Router> implements StreamListener, Router.Events {

    private static final Logger log = LoggerFactory.getLogger(Call.class);

    /**
     * The least time between two answers to pings. Some providers' load balancers close a stream on which the client says
     * nothing; none asks for more than this.
     */
    private static final Duration PONG_INTERVAL = Duration.ofSeconds(10);

    private static final SubscribeRequest PONG = SubscribeRequest.newBuilder()
            .setPing(SubscribeRequestPing.newBuilder().setId(1))
            .build();

    private final R router;
    private final NanoClock clock;
    private final IntegrityWatch watch;
    private final PoolLoop.Signal signal;
    private final long openedNanos;
    private volatile @Nullable UpstreamStream stream;
    private volatile @Nullable GrpcStatus closed;

    /** Who may be watched. Written by the control thread. */
    private volatile List<Watched> crew = List.of();

    /** Whether a ping waits for its answer. Set by the event loop, cleared by the control thread. */
    private volatile boolean pongDue;

    private long nextPongNanos;
    private boolean failedBefore;

    /**
     * @param router made with this call as the one it tells
     * @param attend run on the control thread when the call has something to tell
     */
    Call(PoolContext pool, Function<Router.Events, R> router, Consumer<Call<R>> attend) {
        this.clock = pool.clock();
        this.watch = pool.watch();
        this.openedNanos = pool.now();
        this.nextPongNanos = openedNanos;
        this.signal = pool.loop().signal(() -> attend.accept(this));
        this.router = router.apply(this);
    }

    /** Ties in the stream that the transport made for this listener. Control thread. */
    void on(UpstreamStream made) {
        stream = made;
    }

    void send(SubscribeRequest request) {
        UpstreamStream open = stream;
        if (open != null) {
            open.send(request);
        }
    }

    void cancel() {
        UpstreamStream open = stream;
        if (open != null) {
            open.cancel();
        }
    }

    /** Has those be watched from now on. Control thread. */
    void watch(List<Watched> present) {
        if (!present.equals(crew)) {
            crew = present;
        }
    }

    /** Whether a ping waits for its answer. Control thread. */
    boolean isPongDue() {
        return pongDue;
    }

    /** Answers it. Control thread. */
    void pong() {
        pongDue = false;
        send(PONG);
    }

    R router() {
        return router;
    }

    /** Why it is over, or null while it is not. */
    @Nullable
    GrpcStatus end() {
        return closed;
    }

    boolean isOver() {
        return closed != null;
    }

    long openedNanos() {
        return openedNanos;
    }

    @Override
    public void update(byte[] message) {
        try {
            if (watch.isDue()) {
                routeWatched(message);
            } else {
                router.route(message);
            }
        } catch (RuntimeException broken) {
            // A fault of ours must cost this update, not the connection with everybody on it.
            if (!failedBefore) {
                failedBefore = true;
                log.error("An update of {} bytes could not be routed", message.length, broken);
            }
        }
    }

    private void routeWatched(byte[] message) {
        List<Watched> present = crew;
        if (present.isEmpty() || !watch.take()) {
            router.route(message);
        } else {
            watch.judge(Observation.of(message, present, () -> router.route(message)));
        }
    }

    @Override
    public void closed(GrpcStatus why) {
        closed = why;
        signal.raise();
    }

    @Override
    public void progressed() {
        signal.raise();
    }

    @Override
    public void pinged() {
        long now = clock.nanos();
        if (now - nextPongNanos >= 0) {
            nextPongNanos = now + PONG_INTERVAL.toNanos();
            pongDue = true;
            signal.raise();
        }
    }
}
