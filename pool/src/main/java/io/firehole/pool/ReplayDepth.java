package io.firehole.pool;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.pool.transport.Connection.UnaryReply;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeReplayInfoResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * From which slot on a subscription can be replayed: {@code SubscribeReplayInfo}. Control thread.
 *
 * <p>That is what the provider says, whoever asks for whatever filters: what was received lately goes further back only for
 * some. The provider forgets a slot whenever there is a new one, and a replay is asked of it only when the slot in which its
 * monitor came is sealed; so a few slots more are named, and more of them the older the answer is. If the provider has no answer,
 * its status is one: nobody can tell then what will be replayed.
 */
final class ReplayDepth {

    static final String METHOD = "geyser.Geyser/SubscribeReplayInfo";

    /** How long an answer is good for everybody who asks. */
    static final Duration KEPT = Duration.ofSeconds(1);

    /** So many slots may be forgotten before a replay is asked for. */
    static final int MARGIN_SLOTS = 8;

    /** No slot is shorter. */
    private static final Duration SLOT_MIN = Duration.ofMillis(100);

    /** What the provider says as long as it has no block. */
    private static final long NONE_YET = -1;

    private final PoolContext pool;
    private final UnaryCalls calls;
    private final Supplier<OptionalLong> newest;
    private final List<CompletableFuture<UnaryReply>> waiting = new ArrayList<>();
    private final AtomicReference<@Nullable UnaryReply> answer = new AtomicReference<>();
    private final PoolLoop.Signal answered;
    private Optional<SubscribeReplayInfoResponse> known = Optional.empty();
    private long knownNanos;

    /** @param newest the newest slot that is known to be complete */
    ReplayDepth(PoolContext pool, UnaryCalls calls, Supplier<OptionalLong> newest) {
        this.pool = pool;
        this.calls = calls;
        this.newest = newest;
        this.answered = pool.loop().signal(this::answered);
    }

    void ask(ByteString request, CompletableFuture<UnaryReply> reply) {
        if (known.isPresent() && pool.now() - knownNanos < KEPT.toNanos()) {
            reply.complete(told(known.get()));
        } else if (waiting.size() >= UnaryCalls.WAITING_MAX) {
            UnaryCalls.fail(
                    reply,
                    GrpcStatus.Code.RESOURCE_EXHAUSTED.with(
                            "too many calls wait for what the provider can replay, limit " + UnaryCalls.WAITING_MAX));
        } else {
            waiting.add(reply);
            if (waiting.size() == 1) {
                CompletableFuture<UnaryReply> theirs = new CompletableFuture<>();
                var unused = theirs.thenAccept(said -> {
                    answer.set(said);
                    answered.raise();
                });
                calls.call(METHOD, request, theirs);
            }
        }
    }

    private void answered() {
        UnaryReply said = answer.getAndSet(null);
        if (said == null) {
            return;
        }
        List<CompletableFuture<UnaryReply>> asked = List.copyOf(waiting);
        waiting.clear();
        known = read(said);
        knownNanos = pool.now();
        UnaryReply told = known.map(this::told).orElse(said);
        asked.forEach(reply -> reply.complete(told));
    }

    /** What it says, if it names a slot. */
    private static Optional<SubscribeReplayInfoResponse> read(UnaryReply said) {
        if (said instanceof UnaryReply.Answered(ByteString message)) {
            try {
                SubscribeReplayInfoResponse info = SubscribeReplayInfoResponse.parseFrom(message);
                if (info.hasFirstAvailable() && info.getFirstAvailable() != NONE_YET) {
                    return Optional.of(info);
                }
            } catch (InvalidProtocolBufferException unreadable) {
                // Then its client may make something of it.
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private UnaryReply told(SubscribeReplayInfoResponse info) {
        long forgotten = MARGIN_SLOTS + (pool.now() - knownNanos) / SLOT_MIN.toNanos();
        long first = info.getFirstAvailable();
        // A provider that keeps hardly any has at least the newest.
        long most = Math.max(first, newest.get().orElse(Long.MAX_VALUE));
        return new UnaryReply.Answered(info.toBuilder()
                .setFirstAvailable(Math.min(first + forgotten, most))
                .build()
                .toByteString());
    }

    /** The pool is closing. */
    void failAll(GrpcStatus why) {
        waiting.forEach(reply -> UnaryCalls.fail(reply, why));
        waiting.clear();
    }
}
