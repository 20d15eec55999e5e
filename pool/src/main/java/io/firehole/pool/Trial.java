package io.firehole.pool;

import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.pool.time.Timers.Timer;
import io.firehole.pool.transport.Connection;
import io.firehole.pool.transport.StreamListener;
import io.firehole.pool.transport.UpstreamStream;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.MalformedUpdateException;
import io.firehole.wire.RawUpdate;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestPing;
import io.firehole.wire.proto.SubscribeUpdate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A {@code Subscribe} call that serves nobody: on it filters are tried, so that no call which serves somebody is ever at
 * stake. It is given up as soon as its outcome is known.
 *
 * <p>First the new filters are asked for by themselves, and a ping after them: its pong says that they are taken. Then comes
 * the whole request, as it would be with them, in another ping, whose filters a server checks and does not apply; its pong
 * says that they are taken together with the others. A refusal ends the call, and how far it had come says of what. Where
 * a server answers no pings, an update shows that the filters are in effect.
 *
 * <p>Control thread, but for the methods of {@link StreamListener}.
 */
final class Trial implements StreamListener {

    /** How long the provider may take. */
    static final Duration ANSWER_MAX = Duration.ofSeconds(2);

    /** How long after an update the refusal of the whole request is waited for where no pong comes. */
    static final Duration GRACE = Duration.ofMillis(200);

    private static final int ALONE = 71;
    private static final int TOGETHER = 72;

    private static final SubscribeRequest PING_AFTER_ALONE = SubscribeRequest.newBuilder()
            .setPing(SubscribeRequestPing.newBuilder().setId(ALONE))
            .build();

    /** What came of it. */
    sealed interface Outcome {

        /** All of it is taken. */
        record Taken() implements Outcome {}

        /** The new filters are refused. */
        record RefusedAlone(GrpcStatus why) implements Outcome {}

        /** The new filters are taken, but not together with the others. */
        record RefusedTogether(GrpcStatus why) implements Outcome {}

        /** There was no answer. */
        record Unknown(String cause) implements Outcome {}
    }

    private final Consumer<Outcome> told;
    private final PoolLoop loop;
    private final PoolLoop.Signal signal;
    private final boolean triesAlone;
    private final Timer timeout;
    private final UpstreamStream stream;
    private @Nullable Timer grace;
    private boolean over;

    // Written by the event loop, before the signal.
    private volatile boolean alone;
    private volatile boolean together;
    private volatile boolean updated;
    private volatile @Nullable GrpcStatus closed;

    /**
     * Begins.
     *
     * @param alone only the new filters; empty if they cannot be asked for by themselves
     * @param whole the complete request with them
     * @param told hears the outcome once, unless the trial is cancelled before
     */
    Trial(
            PoolContext pool,
            Connection connection,
            Optional<SubscribeRequest> alone,
            SubscribeRequest whole,
            Consumer<Outcome> told) {
        this.told = told;
        this.loop = pool.loop();
        this.signal = loop.signal(this::attend);
        this.triesAlone = alone.isPresent();
        this.timeout = loop.after(ANSWER_MAX.toNanos(), () -> {
            if (updated) {
                end(new Outcome.Taken());
            } else {
                end(new Outcome.Unknown(
                        "the provider said nothing to a trial within " + ANSWER_MAX.toSeconds() + " s"));
            }
        });
        List<SubscribeRequest> requests = requests(alone, whole);
        this.stream = pool.departures().watched(connection.subscribe(this), () -> closed != null);
        requests.forEach(stream::send);
        pool.pace().sent(requests.size());
        pool.tally().requests += requests.size();
    }

    /** How many requests it sends at the most. */
    static int requestsMax() {
        return 3;
    }

    private static List<SubscribeRequest> requests(Optional<SubscribeRequest> alone, SubscribeRequest whole) {
        List<SubscribeRequest> requests = new ArrayList<>();
        alone.ifPresent(filters -> {
            requests.add(filters);
            requests.add(PING_AFTER_ALONE);
        });
        requests.add(whole.toBuilder()
                .setPing(SubscribeRequestPing.newBuilder().setId(TOGETHER))
                .build());
        return requests;
    }

    // ---- the event loop ----

    @Override
    public void update(byte[] message) {
        if (together) {
            return;
        }
        try {
            UpdateKind kind = RawUpdate.parse(message).kind();
            if (kind == UpdateKind.PONG) {
                int id = SubscribeUpdate.parseFrom(message).getPong().getId();
                alone |= id == ALONE;
                together |= id == TOGETHER;
                signal.raise();
            } else if (kind != UpdateKind.PING && !updated) {
                updated = true;
                signal.raise();
            }
        } catch (MalformedUpdateException | InvalidProtocolBufferException notAnAnswer) {
            // Whoever is served will hear of it.
        }
    }

    @Override
    public void closed(GrpcStatus why) {
        closed = why;
        signal.raise();
    }

    // ---- the control thread ----

    private void attend() {
        GrpcStatus why = closed;
        if (together) {
            end(new Outcome.Taken());
        } else if (why != null) {
            boolean aloneTaken = alone || updated || !triesAlone;
            if (!Upstream.isVerdict(why)) {
                end(new Outcome.Unknown("the trial ended: " + why));
            } else if (aloneTaken) {
                end(new Outcome.RefusedTogether(why));
            } else {
                end(new Outcome.RefusedAlone(why));
            }
        } else if (updated && grace == null) {
            grace = loop.after(GRACE.toNanos(), () -> end(new Outcome.Taken()));
        }
    }

    private void end(Outcome outcome) {
        if (!over) {
            cancel();
            told.accept(outcome);
        }
    }

    /** Gives it up. */
    void cancel() {
        over = true;
        timeout.cancel();
        if (grace != null) {
            grace.cancel();
        }
        stream.cancel();
    }
}
