package io.firehole.simulation;

import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.pool.transport.StreamListener;
import io.firehole.pool.transport.UpstreamStream;
import io.firehole.simulator.chain.Matches;
import io.firehole.simulator.chain.ReplayAnswer;
import io.firehole.simulator.chain.RingCursor;
import io.firehole.simulator.chain.RingEvent;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdatePing;
import io.firehole.wire.proto.SubscribeUpdatePong;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One {@code Subscribe} call, both ends of it. The provider's end does as the reference server: requests are checked as they
 * come, the newest waits until the stream looks, and of those that wait only the last counts.
 */
final class VirtualCall implements UpstreamStream {

    private static final int LOOK_MILLIS_MAX = 30;
    private static final Duration PING_INTERVAL = Duration.ofSeconds(15);
    private static final int AT_ONCE_MAX = 48;

    private final VirtualProvider provider;
    private final VirtualConnection connection;
    private final StreamListener listener;

    // The provider's end.
    private boolean counted;
    private boolean over;
    private @Nullable SubscribeRequest waiting;
    private @Nullable FilterSet checked;
    private @Nullable Matches matches;
    private @Nullable CommitmentLevel level;
    private @Nullable RingCursor cursor;
    private List<byte[]> sent = new ArrayList<>();
    private long sentAtNanos;

    /** What is still to be replayed, slot by slot; the ring waits meanwhile. */
    private final Deque<List<RingEvent>> replaying = new ArrayDeque<>();

    // The pool's end.
    private final Deque<byte[]> arrived = new ArrayDeque<>();
    private @Nullable GrpcStatus end;
    private boolean reading;
    private boolean told;
    private boolean cancelled;
    private boolean busy;

    VirtualCall(VirtualProvider provider, VirtualConnection connection, StreamListener listener) {
        this.provider = provider;
        this.connection = connection;
        this.listener = listener;
    }

    /** The call has reached the provider. */
    void arrives() {
        if (over || connection.isSilent()) {
            return;
        }
        GrpcStatus refusal = provider.rules.subscribes(connection.id(), provider.time.nanos());
        if (refusal != null) {
            end(refusal);
            return;
        }
        counted = true;
        ping();
    }

    @Override
    public void send(SubscribeRequest request) {
        if (told || cancelled) {
            return;
        }
        byte[] bytes = request.toByteArray();
        provider.onTheOtherEnd(() -> receive(bytes));
    }

    private void receive(byte[] bytes) {
        if (over || connection.isSilent()) {
            return;
        }
        GrpcStatus refusal = provider.rules.asks(bytes.length, provider.time.nanos());
        if (refusal != null) {
            end(refusal);
            return;
        }
        try {
            SubscribeRequest request = SubscribeRequest.parseFrom(bytes);
            FilterSet filters = FilterSet.compile(request, provider.profile.filters());
            if (request.hasPing()) {
                write(SubscribeUpdate.newBuilder()
                        .setPong(SubscribeUpdatePong.newBuilder()
                                .setId(request.getPing().getId()))
                        .build()
                        .toByteArray());
                return;
            }
            waiting = request;
            checked = filters;
            long look = Duration.ofMillis(1 + provider.random.nextInt(LOOK_MILLIS_MAX))
                    .toNanos();
            long longer = provider.weather.lookMillisMax == 0
                    ? 0
                    : Duration.ofMillis(provider.random.nextInt(provider.weather.lookMillisMax))
                            .toNanos();
            provider.time.after(look + longer, this::look);
        } catch (InvalidFilterException invalid) {
            end(provider.rules.invalid(invalid.statusMessage()));
        } catch (InvalidProtocolBufferException unreadable) {
            end(GrpcStatus.OK);
        }
    }

    private void look() {
        SubscribeRequest request = waiting;
        FilterSet filters = checked;
        if (over || request == null || filters == null || !replaying.isEmpty()) {
            return;
        }
        waiting = null;
        if (filters.commitment() != level) {
            level = filters.commitment();
            cursor = provider.chain.ring(level).cursor();
        }
        matches = provider.chain.match(filters);
        if (request.hasFromSlot()) {
            replay(answer(request.getFromSlot(), filters.commitment()));
        }
    }

    private ReplayAnswer answer(long fromSlot, CommitmentLevel commitment) {
        provider.weather.asked(provider.time.nanos());
        ReplayAnswer answer = provider.chain.replay(fromSlot, commitment);
        Weather weather = provider.weather;
        if (answer instanceof ReplayAnswer.Replayed
                && (weather.deniesReplay > 0 || Long.compareUnsigned(fromSlot, weather.remembersFrom) < 0)) {
            return new ReplayAnswer.OutOfRange(
                    fromSlot, weather.deniesReplay > 0 ? provider.chain.newestBlock() : weather.remembersFrom);
        }
        if (answer instanceof ReplayAnswer.OutOfRange out && weather.remembersFrom > out.oldest()) {
            return new ReplayAnswer.OutOfRange(fromSlot, weather.remembersFrom);
        }
        return answer;
    }

    private void begin(ReplayAnswer.Replayed replayed) {
        Weather weather = provider.weather;
        if (weather.replaySlotMillis == 0 && weather.replayBreaksAfter < 0) {
            replayed.events().forEach(this::write);
            return;
        }
        List<RingEvent> ofSlot = new ArrayList<>();
        for (RingEvent event : replayed.events()) {
            if (!ofSlot.isEmpty() && ofSlot.getFirst().slot() != event.slot()) {
                replaying.add(ofSlot);
                ofSlot = new ArrayList<>();
            }
            ofSlot.add(event);
        }
        if (!ofSlot.isEmpty()) {
            replaying.add(ofSlot);
        }
        int breaksAfter = weather.replayBreaksAfter;
        GrpcStatus breaksWith = weather.replayBreaksWith;
        weather.replayBreaksAfter = -1;
        replayNext(breaksAfter, breaksWith);
    }

    private void replayNext(int breaksAfter, @Nullable GrpcStatus breaksWith) {
        if (over) {
            return;
        }
        if (breaksAfter == 0 && !replaying.isEmpty()) {
            replaying.clear();
            provider.weather.troubled(provider.time.nanos());
            if (breaksWith == null) {
                connection.cut(GrpcStatus.Code.UNAVAILABLE.with("connection reset by peer"));
            } else {
                end(breaksWith);
            }
            return;
        }
        List<RingEvent> slot = replaying.poll();
        if (slot == null) {
            look();
            advance();
            return;
        }
        slot.forEach(this::write);
        provider.weather.asked(provider.time.nanos());
        provider.time.after(
                Duration.ofMillis(provider.weather.replaySlotMillis).toNanos(),
                () -> replayNext(breaksAfter - 1, breaksWith));
    }

    private void replay(ReplayAnswer answer) {
        switch (answer) {
            case ReplayAnswer.Replayed replayed -> begin(replayed);
            case ReplayAnswer.OutOfRange out ->
                end(GrpcStatus.Code.OUT_OF_RANGE.with("broadcast from " + Long.toUnsignedString(out.requested())
                        + " is not available, last available: " + Long.toUnsignedString(out.oldest())));
            case ReplayAnswer.NothingToReplay nothing ->
                end(GrpcStatus.Code.INTERNAL.with("failed to get replay response"));
            case ReplayAnswer.Off off -> end(GrpcStatus.Code.INTERNAL.with("from_slot is not supported"));
        }
    }

    /** The chain has something new. */
    void advance() {
        RingCursor place = cursor;
        if (over || place == null || !replaying.isEmpty()) {
            return;
        }
        for (RingEvent event = place.poll(); event != null; event = place.poll()) {
            write(event);
        }
    }

    private void write(RingEvent event) {
        Matches wanted = matches;
        if (wanted != null) {
            wanted.write(event, Matches.START, this::put);
        }
    }

    private boolean put(UpdateKind kind, byte[] names, byte[] payload, int offset, int length, byte[] createdAt) {
        byte[] message = new byte[names.length + length + createdAt.length];
        System.arraycopy(names, 0, message, 0, names.length);
        System.arraycopy(payload, offset, message, names.length, length);
        System.arraycopy(createdAt, 0, message, names.length + length, createdAt.length);
        provider.wire.apply(message).forEach(this::write);
        return true;
    }

    /** What is written at one moment travels together. */
    private void write(byte[] message) {
        if (over || connection.isSilent()) {
            return;
        }
        long now = provider.time.nanos();
        if (sent.isEmpty() || sentAtNanos != now) {
            sent = new ArrayList<>();
            sentAtNanos = now;
            List<byte[]> travelling = sent;
            provider.onTheWayBack(() -> {
                arrived.addAll(travelling);
                read();
            });
        }
        sent.add(message);
    }

    private void ping() {
        if (!over) {
            write(SubscribeUpdate.newBuilder()
                    .setPing(SubscribeUpdatePing.getDefaultInstance())
                    .build()
                    .toByteArray());
            provider.time.after(PING_INTERVAL.toNanos(), this::ping);
        }
    }

    /** Hands over what has arrived, a few at a time: whatever else is due may come in between. */
    private void read() {
        if (!reading && !busy) {
            reading = true;
            provider.time.execute(this::readSome);
        }
    }

    private void readSome() {
        reading = false;
        if (told) {
            arrived.clear();
        }
        if (told || busy) {
            return;
        }
        for (int left = 1 + provider.random.nextInt(AT_ONCE_MAX); left > 0 && !arrived.isEmpty(); left--) {
            listener.update(arrived.remove());
        }
        GrpcStatus why = end;
        if (!arrived.isEmpty()) {
            read();
        } else if (why != null) {
            tell(why);
        }
    }

    /** The provider ends the call, after all that it has written. */
    void end(GrpcStatus why) {
        if (leave() && !connection.isSilent()) {
            provider.onTheWayBack(() -> {
                end = why;
                read();
            });
        }
    }

    @Override
    public void cancel() {
        if (cancelled || told) {
            return;
        }
        cancelled = true;
        GrpcStatus why = GrpcStatus.Code.CANCELLED.with("by the client");
        int busyMillis = provider.weather.busyMillisMax;
        if (busyMillis == 0 || provider.random.nextBoolean()) {
            provider.time.execute(() -> tell(why));
            provider.onTheOtherEnd(this::leave);
            return;
        }
        // Its event loop is busy, and the cancel waits for its turn there: what arrives meanwhile is handed over,
        // at once or when it comes to this call.
        busy = provider.random.nextBoolean();
        provider.time.after(
                Duration.ofMillis(provider.random.nextInt(busyMillis)).toNanos(), () -> {
                    while (!told && !arrived.isEmpty()) {
                        listener.update(arrived.remove());
                    }
                    tell(why);
                    provider.onTheOtherEnd(this::leave);
                });
    }

    /** Its connection is gone. */
    void cut(GrpcStatus why) {
        leave();
        tell(why);
    }

    private boolean leave() {
        if (over) {
            return false;
        }
        over = true;
        if (counted) {
            provider.rules.unsubscribed(connection.id());
        }
        return true;
    }

    private void tell(GrpcStatus why) {
        if (!told) {
            told = true;
            arrived.clear();
            connection.ended(this);
            listener.closed(why);
        }
    }
}
