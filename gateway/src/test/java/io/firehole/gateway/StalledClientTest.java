package io.firehole.gateway;

import static io.firehole.gateway.FakeUpstream.PATIENCE_SECONDS;
import static io.firehole.gateway.OpenGateway.SUBSCRIBE;
import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.gateway.FakeUpstream.FakeFeed;
import io.firehole.gateway.RawClient.Seen;
import io.firehole.gateway.stream.StreamTimes;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeUpdate;
import io.netty.handler.codec.http2.Http2Error;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client that stops reading, its HTTP/2 window closed: what it may cost, and whom. */
@Timeout(2 * PATIENCE_SECONDS)
class StalledClientTest {

    private static final int WINDOW = OpenGateway.WINDOW_BYTES;
    private static final int PACK = 64 * 1024;
    private static final int UPDATES = 20_000;
    private static final int UPDATE_BYTES = 1_000;

    @Test
    void takesNoMoreFromItsMailboxThanItsWindowAndOnePack() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            RawClient.Call stalled = open.rawClient().call(SUBSCRIBE);
            FakeFeed mailbox = open.upstream.nextFeed();
            fill(mailbox);
            readUntilWindowIsClosed(stalled);

            RawClient.Call other = open.rawClient().call(SUBSCRIBE);
            FakeFeed otherMailbox = open.upstream.nextFeed();
            for (int slot = 0; slot < 50; slot++) {
                otherMailbox.offer(Updates.account("other", slot, UPDATE_BYTES));
            }
            assertThat(read(other, 50)).hasSize(50);

            assertThat(mailbox.polledBytes()).isLessThan(WINDOW + 2 * PACK);
            assertThat(mailbox.waiting()).isGreaterThan(UPDATES - (WINDOW + 2 * PACK) / UPDATE_BYTES);
        }
    }

    @Test
    void goesOnWhereItStoppedOnceItReads() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            RawClient.Call call = open.rawClient().call(SUBSCRIBE);
            FakeFeed mailbox = open.upstream.nextFeed();
            fill(mailbox);

            List<Long> slots = read(call, UPDATES);

            assertThat(slots.equals(LongStream.range(0, UPDATES).boxed().toList()))
                    .isTrue();
            assertThat(mailbox.waiting()).isZero();
        }
    }

    @Test
    void isCutOffWhenItTakesNothingForTooLong() throws Exception {
        StreamTimes impatient =
                new StreamTimes(Duration.ofSeconds(10), Duration.ofMillis(200), Duration.ofMillis(100), Duration.ZERO);
        try (OpenGateway open = new OpenGateway(OpenGateway.CONFIG.withTimes(impatient))) {
            RawClient.Call stalled = open.rawClient().call(SUBSCRIBE);
            FakeFeed mailbox = open.upstream.nextFeed();
            fill(mailbox);
            readUntilWindowIsClosed(stalled);

            assertThat(stalled.nextButData()).isEqualTo(new Seen.Reset(Http2Error.CANCEL.code()));
            mailbox.awaitClosed();
            assertThat(open.gateway.stats().streams().stalled()).isEqualTo(1);
            assertThat(open.gateway.stats().streams().open()).isZero();
        }
    }

    @Test
    void getsItsStatusBehindWhatItHasNotReadYet() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            RawClient.Call call = open.rawClient().call(SUBSCRIBE);
            FakeFeed mailbox = open.upstream.nextFeed();
            fill(mailbox);
            readUntilWindowIsClosed(call);

            mailbox.end(GrpcStatus.Code.INTERNAL.with("lagged to send an update"));
            call.consume(WINDOW);
            Seen next = call.next();
            while (next instanceof Seen.Data data) {
                call.consume(Math.max(1, data.bytes().size()));
                next = call.next();
            }

            assertThat(next).isInstanceOfSatisfying(Seen.Headers.class, trailers -> {
                assertThat(trailers.last()).isTrue();
                assertThat(trailers.values())
                        .containsEntry("grpc-status", "13")
                        .containsEntry("grpc-message", "lagged to send an update");
            });
        }
    }

    /** Puts far more into a mailbox than windows and buffers hold. */
    private static void fill(FakeFeed mailbox) {
        for (int slot = 0; slot < UPDATES; slot++) {
            mailbox.put(Updates.delivery(Updates.account("stalled", slot, UPDATE_BYTES)));
        }
        mailbox.wake();
    }

    private static void readUntilWindowIsClosed(RawClient.Call call) throws InterruptedException {
        call.headers();
        int bytes = 0;
        while (bytes < WINDOW) {
            bytes += call.data().bytes().size();
        }
    }

    /** The slots of so many updates, read as fast as they come. */
    private static List<Long> read(RawClient.Call call, int count) throws Exception {
        List<Long> slots = new ArrayList<>();
        call.headers();
        while (slots.size() < count) {
            Seen.Data data = call.data();
            call.consume(data.bytes().size());
            for (SubscribeUpdate update : call.updatesIn(data)) {
                if (update.hasAccount()) {
                    slots.add(update.getAccount().getSlot());
                }
            }
        }
        return slots;
    }
}
