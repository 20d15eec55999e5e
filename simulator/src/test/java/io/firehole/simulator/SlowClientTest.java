package io.firehole.simulator;

import static io.firehole.simulator.Eventually.eventually;
import static io.firehole.wire.proto.SubscribeUpdate.UpdateOneofCase.BLOCK_META;
import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.simulator.chain.Ring;
import io.firehole.simulator.server.StreamLimits;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeReplayInfoRequest;
import io.firehole.wire.proto.SubscribeRequest;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Clients that do not read, and what it does to others: nothing. */
class SlowClientTest {

    private static final int SMALL_WINDOW = 65_535;

    private static final SubscribeRequest EVERYTHING = Requests.json(
            "{\"accounts\":{\"a\":{}},\"transactions\":{\"t\":{}},\"entry\":{\"e\":{}},\"blocksMeta\":{\"m\":{}}}");

    @Test
    void aFullQueueEndsTheStreamBehindWhatWasQueued() throws Exception {
        slowClientIsCut(StreamLimits.DEFAULT.withQueue(3_000, Long.MAX_VALUE));
    }

    @Test
    void aQueueOfTooManyBytesEndsTheStreamToo() throws Exception {
        slowClientIsCut(StreamLimits.DEFAULT.withQueue(Integer.MAX_VALUE, 1_000_000));
    }

    private static void slowClientIsCut(StreamLimits limits) throws Exception {
        try (Simulator simulator = Simulator.start(SimulatorConfig.builder()
                        .onFreePorts()
                        .speed(4)
                        .limits(limits)
                        .build());
                RawClient slow = new RawClient(simulator.address(), SMALL_WINDOW);
                StockClient good = new StockClient(simulator.address())) {
            StockClient.Stream fine = good.subscribe(Requests.blocksMeta("m"));
            fine.next(BLOCK_META);
            int stream = slow.call("Subscribe", Map.of(), EVERYTHING.toByteArray());
            eventually("the slow client is cut off", () -> simulator.report().lagged() == 1);
            slow.grantWindow(stream, Integer.MAX_VALUE - SMALL_WINDOW);
            Http2Headers trailers = slow.trailers(stream);
            assertThat(trailers.get("grpc-status").toString()).isEqualTo("13");
            assertThat(trailers.get("grpc-message").toString()).isEqualTo("lagged to send an update");

            long before = fine.next(BLOCK_META).getBlockMeta().getSlot();
            assertThat(fine.next(BLOCK_META).getBlockMeta().getParentSlot()).isEqualTo(before);
        }
    }

    @Test
    void aBadRequestIsAnsweredBehindWhatIsQueued() throws Exception {
        // However slow this test is, the queue holds what comes meanwhile: how it ends when it does not is another
        // test's business.
        try (Simulator simulator = Simulator.start(SimulatorConfig.builder()
                        .onFreePorts()
                        .speed(10)
                        .limits(StreamLimits.DEFAULT.withQueue(Integer.MAX_VALUE, Long.MAX_VALUE))
                        .build());
                RawClient slow = new RawClient(simulator.address(), SMALL_WINDOW)) {
            int stream = slow.call("Subscribe", Map.of(), EVERYTHING.toByteArray());
            slow.next(RawClient.DATA);
            long end = simulator.chain().ring(CommitmentLevel.PROCESSED).end();
            eventually(
                    "some slots go by",
                    () -> simulator.chain().ring(CommitmentLevel.PROCESSED).end() > end + 100);
            slow.send(stream, Requests.json("{\"commitment\":9}").toByteArray(), EVERYTHING.toByteArray());
            eventually("both requests arrive", () -> simulator.report().requests() == 3);
            slow.grantWindow(stream, Integer.MAX_VALUE - SMALL_WINDOW);
            long queued = 0;
            RawClient.Frame frame = slow.next();
            for (; !frame.endsStream(); frame = slow.next()) {
                queued += frame.payload().remaining();
            }
            assertThat(queued).isGreaterThan(1_000_000);
            assertThat(frame.headers().get("grpc-status").toString()).isEqualTo("3");
            assertThat(frame.headers().get("grpc-message").toString())
                    .isEqualTo("failed to create filter: failed to create CommitmentLevel from 9");
        }
    }

    @Test
    void aReplayWaitsForItsReaderUntilTheRingHasGoneRound() throws Exception {
        try (Simulator simulator = Simulator.start(
                        SimulatorConfig.builder().onFreePorts().speed(300).build());
                RawClient slow = new RawClient(simulator.address(), SMALL_WINDOW);
                StockClient asking = new StockClient(simulator.address())) {
            long first = asking.blocking()
                    .subscribeReplayInfo(SubscribeReplayInfoRequest.getDefaultInstance())
                    .getFirstAvailable();
            int stream = slow.call(
                    "Subscribe",
                    Map.of(),
                    EVERYTHING.toBuilder().setFromSlot(first + 120).build().toByteArray());
            // Not one byte is read beyond the window: the replay waits, and the live events wait in the ring.
            slow.next(RawClient.DATA);
            Ring ring = simulator.chain().ring(CommitmentLevel.PROCESSED);
            long end = ring.end();
            eventually("the ring has gone round", () -> ring.end() > end + Ring.CAPACITY);
            assertThat(simulator.report().sentBytes()).isLessThan(2_000_000);
            slow.grantWindow(stream, Integer.MAX_VALUE - SMALL_WINDOW);
            Http2Headers trailers = slow.trailers(stream);
            assertThat(trailers.get("grpc-status").toString()).isEqualTo("13");
            assertThat(trailers.get("grpc-message").toString()).isEqualTo("lagged to receive geyser messages");
            assertThat(simulator.report().lagged()).isEqualTo(1);
        }
    }
}
