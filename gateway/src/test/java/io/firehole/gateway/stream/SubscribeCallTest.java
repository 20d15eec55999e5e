package io.firehole.gateway.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.pool.Delivery;
import io.firehole.pool.time.Timers;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.framing.FramingException;
import io.firehole.wire.framing.MessageDeframer;
import io.firehole.wire.framing.MessageEncoding;
import io.firehole.wire.framing.MessageHeader;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestPing;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateEntry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** One call on one thread, its time and its client played by the test. */
class SubscribeCallTest {

    private static final Duration PING_EVERY = Duration.ofSeconds(10);
    private static final Duration STALLED_AFTER = Duration.ofSeconds(30);
    private static final Duration STALLED_HALF_CLOSED_AFTER = Duration.ofSeconds(10);
    private static final Duration ERROR_HELD_FOR = Duration.ofSeconds(1);
    private static final GrpcStatus UNAVAILABLE = GrpcStatus.Code.UNAVAILABLE.with("no room");
    private static final byte[] MALFORMED = {0x0a, 0x7f};

    private final World world = new World();

    @Test
    void pingsEveryTenSeconds() {
        world.start();
        world.client.takeAll();
        assertThat(world.client.pings()).isEqualTo(1);

        world.pass(Duration.ofSeconds(35));

        assertThat(world.client.pings()).isEqualTo(4);
    }

    @Test
    void cutsAClientThatTakesNothingForThirtySeconds() {
        world.start();
        world.client.take(1);
        world.offer(1_000);

        world.pass(STALLED_AFTER.minusMillis(1));
        assertThat(world.client.wasReset).isFalse();
        world.pass(Duration.ofMillis(1));

        assertThat(world.client.wasReset).isTrue();
        assertThat(world.feedClosed).isTrue();
        assertThat(world.counters.snapshot().stalled()).isEqualTo(1);
        assertThat(world.counters.snapshot().open()).isZero();
    }

    @Test
    void leavesAQuietClientInPeace() {
        world.start();
        world.client.takeAll();

        world.pass(Duration.ofHours(1));

        assertThat(world.client.wasReset).isFalse();
        assertThat(world.client.pings()).isEqualTo(361);
    }

    @Test
    void leavesASlowClientInPeaceAsLongAsItMovesOn() {
        world.start();
        world.client.take(1);
        world.offer(3_000_000);

        for (int slices = 0; slices < 11; slices++) {
            world.pass(STALLED_AFTER.minusMillis(1));
            world.client.take(1);
        }

        assertThat(world.client.wasReset).isFalse();
        assertThat(world.feedClosed).isFalse();
    }

    @Test
    void waitsLessForAClientThatHasEndedItsSide() {
        world.start();
        world.client.take(1);
        world.call.halfClosed();
        world.offer(1_000);

        world.pass(STALLED_HALF_CLOSED_AFTER.minusMillis(1));
        assertThat(world.client.wasReset).isFalse();
        world.pass(Duration.ofMillis(1));

        assertThat(world.client.wasReset).isTrue();
    }

    @Test
    void putsOffAnEndThatMakesClientsComeBackAtOnce() {
        world.start();
        world.client.takeAll();

        world.end(UNAVAILABLE);

        assertThat(world.feedClosed).isTrue();
        world.pass(ERROR_HELD_FOR.minusMillis(1));
        assertThat(world.client.status).isNull();
        world.pass(Duration.ofMillis(1));
        assertThat(world.client.status).isEqualTo(UNAVAILABLE);
    }

    @Test
    void drainsWhatWaitsAndTellsTheLastWholeSlot() {
        world.start();
        world.client.take(2);
        world.offer(1_000);
        world.offer(70_000);

        world.call.drain(UNAVAILABLE);
        world.client.takeAll();
        assertThat(world.client.status).as("before the slot is known").isNull();
        world.finished.complete(OptionalLong.of(361_774_429));
        world.settle();

        assertThat(world.client.updates()).as("a ping and what waited").hasSize(3);
        assertThat(world.client.status)
                .isEqualTo(GrpcStatus.Code.UNAVAILABLE.with("no room; last complete slot 361774429"));
        assertThat(world.client.trailers).containsExactly(new HeaderField("x-last-complete-slot", "361774429"));
        assertThat(world.feedClosed).isTrue();
    }

    @Test
    void drainsAtOnceWhereNothingWaitsAndNothingIsKnown() {
        world.start();
        world.client.takeAll();

        world.call.drain(UNAVAILABLE);
        world.finished.complete(OptionalLong.empty());
        world.settle();

        assertThat(world.client.status).isEqualTo(UNAVAILABLE);
        assertThat(world.client.trailers).isEmpty();
    }

    @Test
    void endsAtOnceWhatIsDrainedTooSlowly() {
        world.start();
        world.client.take(1);
        world.offer(1_000);
        world.call.drain(UNAVAILABLE);
        world.finished.complete(OptionalLong.of(7));
        world.settle();

        world.call.shutDown(UNAVAILABLE);
        world.client.takeAll();

        assertThat(world.client.status).isEqualTo(UNAVAILABLE);
        assertThat(world.client.trailers).isEmpty();
    }

    @Test
    void endsAtOnceWhatIsFinalToClients() {
        world.start();
        world.client.takeAll();

        world.receive(MessageHeader.frame(MALFORMED));

        assertThat(world.client.status)
                .isNotNull()
                .extracting(GrpcStatus::code)
                .isEqualTo(GrpcStatus.Code.INVALID_ARGUMENT);
    }

    @Test
    void finishesTheMessageThatIsHalfWrittenBeforeItsStatus() {
        world.start();
        world.client.take(1);
        world.offer(1_000_000);
        world.client.take(1);

        world.receive(MessageHeader.frame(MALFORMED));
        assertThat(world.client.status).isNull();
        world.client.takeAll();
        world.settle();

        assertThat(world.client.status).isNotNull();
        assertThat(world.client.updates().size()).isEqualTo(2); // the ping, and the message whole
    }

    @Test
    void forgetsWhatWaitsWhenItEnds() {
        world.start();
        for (int i = 0; i < 1_000; i++) {
            world.offer(1_000);
        }
        world.client.take(1);

        world.receive(MessageHeader.frame(MALFORMED));
        world.client.takeAll();

        assertThat(world.client.status).isNotNull();
        assertThat(world.mailbox.size()).isGreaterThan(800);
    }

    @Test
    void doesNotWaitWithTheEndWhenTheGatewayCloses() {
        world.start();
        world.client.takeAll();
        world.end(GrpcStatus.Code.INTERNAL.with("lagged to send an update"));

        world.call.shutDown(UNAVAILABLE);

        assertThat(world.client.status).isEqualTo(GrpcStatus.Code.INTERNAL.with("lagged to send an update"));
    }

    @Test
    void neverEndsWithOk() {
        world.start();
        world.client.takeAll();

        world.end(GrpcStatus.OK);
        world.pass(ERROR_HELD_FOR);

        assertThat(world.client.status).isNotNull().extracting(GrpcStatus::code).isEqualTo(GrpcStatus.Code.UNAVAILABLE);
    }

    @Test
    void stopsReadingPingsOfAClientThatTakesNoPongs() {
        world.start();
        byte[] ping = MessageHeader.frame(SubscribeRequest.newBuilder()
                .setPing(SubscribeRequestPing.newBuilder().setId(1))
                .build()
                .toByteArray());
        int sent = 0;
        while (world.wanted && sent < 100_000) {
            world.receive(ping);
            sent++;
        }
        assertThat(sent).isEqualTo(SubscribeCall.URGENT_MAX - 1); // and the first ping waits too

        world.client.takeAll();

        assertThat(world.wanted).isTrue();
        assertThat(world.client.updates().size()).isEqualTo(SubscribeCall.URGENT_MAX);
    }

    @Test
    void checksLargeRequestsElsewhereAndKeepsTheOrder() {
        world.start();
        byte[] large = largeRequest();
        world.receive(MessageHeader.frame(large));
        assertThat(world.checks).hasSize(1);
        assertThat(world.wanted).isFalse();
        assertThat(world.requests).isEmpty();

        world.checks.remove().run();
        world.settle();
        world.receive(MessageHeader.frame(new byte[0]));

        assertThat(world.requests)
                .extracting(SubscribeRequest::getSerializedSize)
                .containsExactly(large.length, 0);
    }

    @Test
    void dropsACheckThatComesTooLate() {
        world.start();
        world.receive(MessageHeader.frame(largeRequest()));

        world.call.gone();
        world.checks.remove().run();
        world.settle();

        assertThat(world.wanted).isFalse();
        assertThat(world.client.status).isNull();
        assertThat(world.counters.snapshot().open()).isZero();
    }

    @Test
    void letsOthersOnItsEventLoopHaveTheirTurn() {
        world.start();
        world.client.takesAtOnce = true;
        world.client.takeAll();
        for (int i = 0; i < 2_000; i++) {
            world.mailbox.add(update(1_000));
        }

        world.wakeup.run();
        world.turns.remove().run(); // the turn that the wake-up asked for

        assertThat(world.turns).isNotEmpty();
        assertThat(world.mailbox.size()).isBetween(1_600, 1_800);
        world.settle();
        assertThat(world.mailbox.size()).isZero();
    }

    private static byte[] largeRequest() {
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder();
        for (int i = 0; i < 3_000; i++) {
            request.putSlots("a-name-that-takes-some-room-" + i, SubscribeRequestFilterSlots.getDefaultInstance());
        }
        return request.build().toByteArray();
    }

    private static Delivery update(int bytes) {
        byte[] tail = SubscribeUpdate.newBuilder()
                .setEntry(SubscribeUpdateEntry.newBuilder().setHash(ByteString.copyFrom(new byte[bytes])))
                .build()
                .toByteArray();
        return new Delivery(new byte[0], tail, 0, tail.length, 0);
    }

    /** A call and all around it, on the test's thread. */
    private static final class World implements Feed, Inlet {

        final CompletableFuture<OptionalLong> finished = new CompletableFuture<>();

        final StreamCounters counters = new StreamCounters();
        final Queue<Runnable> turns = new ArrayDeque<>();
        final Queue<Runnable> checks = new ArrayDeque<>();
        final Queue<Delivery> mailbox = new ArrayDeque<>();
        final List<SubscribeRequest> requests = new ArrayList<>();
        final Client client = new Client();
        final Wakeup wakeup = new Wakeup(turns::add);
        final SubscribeCall call;
        boolean feedClosed;
        boolean wanted;
        private @Nullable GrpcStatus ended;
        private long nowNanos;
        private final PriorityQueue<Due> due = new PriorityQueue<>(Comparator.comparingLong(Due::atNanos));

        private record Due(long atNanos, Runnable task) {}

        World() {
            Timers timers = (delayNanos, task) -> {
                Due later = new Due(nowNanos + delayNanos, task);
                due.add(later);
                return () -> due.remove(later);
            };
            call = new SubscribeCall(
                    new SubscribeCall.Surroundings(
                            new StreamTimes(PING_EVERY, STALLED_AFTER, STALLED_HALF_CLOSED_AFTER, ERROR_HELD_FOR),
                            1 << 20,
                            () -> nowNanos,
                            timers,
                            () -> Instant.EPOCH.plusNanos(nowNanos),
                            checks::add,
                            counters),
                    turns::add,
                    this,
                    wakeup,
                    client,
                    this,
                    MessageEncoding.IDENTITY,
                    MessageEncoding.IDENTITY);
            client.call = call;
        }

        void start() {
            call.start();
        }

        /** Time passes, and everything that falls due happens. */
        void pass(Duration time) {
            long until = nowNanos + time.toNanos();
            for (Due next = due.peek(); next != null && next.atNanos() <= until; next = due.peek()) {
                due.remove(next);
                nowNanos = next.atNanos();
                next.task().run();
                settle();
            }
            nowNanos = until;
        }

        void settle() {
            for (Runnable turn = turns.poll(); turn != null; turn = turns.poll()) {
                turn.run();
            }
        }

        void offer(int bytes) {
            mailbox.add(update(bytes));
            wakeup.run();
            settle();
        }

        void end(GrpcStatus status) {
            ended = status;
            wakeup.run();
            settle();
        }

        void receive(byte[] bytes) {
            assertThat(wanted).isTrue();
            wanted = false;
            call.received(ByteBuffer.wrap(bytes));
        }

        @Override
        public void more() {
            wanted = true;
        }

        @Override
        public void request(SubscribeRequest request) {
            requests.add(request);
        }

        @Override
        public void check(SubscribeRequest request) {}

        @Override
        public @Nullable Delivery poll() {
            return mailbox.poll();
        }

        @Override
        public void written(Delivery update, long atNanos) {}

        @Override
        public @Nullable GrpcStatus ended() {
            return mailbox.isEmpty() ? ended : null;
        }

        @Override
        public CompletableFuture<OptionalLong> finish() {
            ended = GrpcStatus.Code.UNAVAILABLE.with("the pool's own words");
            return finished;
        }

        @Override
        public void close() {
            feedClosed = true;
        }
    }

    /** A client that takes a buffer when the test says so. */
    private static final class Client implements Outlet {

        boolean wasReset;
        boolean takesAtOnce;

        @Nullable
        GrpcStatus status;

        @Nullable
        SubscribeCall call;

        List<HeaderField> trailers = List.of();
        private @Nullable GrpcStatus pending;
        private int mayTake;
        private boolean over;
        private final MessageDeframer deframer = new MessageDeframer(Integer.MAX_VALUE);
        private final Deque<SubscribeUpdate> updates = new ArrayDeque<>();

        /** Takes so many buffers, the next ones too if fewer wait. */
        void take(int buffers) {
            mayTake += buffers;
            told();
        }

        void takeAll() {
            takesAtOnce = true;
            told();
        }

        private void told() {
            GrpcStatus last = pending;
            if (last != null) {
                pending = null;
                status = last;
                finish();
            } else if (!over) {
                call().writable();
            }
        }

        List<SubscribeUpdate> updates() {
            return List.copyOf(updates);
        }

        long pings() {
            return updates.stream().filter(SubscribeUpdate::hasPing).count();
        }

        @Override
        public boolean isWritable() {
            return !over && pending == null && (takesAtOnce || mayTake > 0);
        }

        @Override
        public ByteBuf buffer(int bytes) {
            return Unpooled.buffer(bytes, bytes);
        }

        @Override
        public void send(ByteBuf messages) {
            assertThat(isWritable()).isTrue();
            mayTake = Math.max(0, mayTake - 1);
            byte[] bytes = new byte[messages.readableBytes()];
            messages.readBytes(bytes).release();
            try {
                deframer.feed(bytes, message -> updates.add(parsed(message)));
            } catch (FramingException e) {
                throw new AssertionError(e);
            }
            if (takesAtOnce) {
                call().writable(); // as a server may, within this call
            }
        }

        @Override
        public void begin(List<HeaderField> metadata) {}

        @Override
        public void end(GrpcStatus last, List<HeaderField> metadata) {
            assertThat(pending).isNull();
            trailers = metadata;
            if (takesAtOnce || mayTake > 0) {
                status = last;
                finish();
            } else {
                pending = last;
            }
        }

        @Override
        public void reset() {
            wasReset = true;
            finish();
        }

        private void finish() {
            over = true;
            call().gone();
        }

        private SubscribeCall call() {
            return Objects.requireNonNull(call);
        }

        private static SubscribeUpdate parsed(byte[] message) {
            try {
                return SubscribeUpdate.parseFrom(message);
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
        }
    }
}
