package io.firehole.simulator;

import static io.firehole.simulator.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.simulator.RawClient.Frame;
import io.firehole.simulator.faults.Fault;
import io.firehole.simulator.faults.FaultKind;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeUpdate;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every fault, as the one it strikes and the one beside it see it. */
class FaultsTest {

    private static final byte[] META = Requests.blocksMeta("m").toByteArray();
    private static final byte[] ACCOUNTS =
            Requests.json("{\"accounts\":{\"a\":{}},\"entry\":{\"e\":{}}}").toByteArray();

    private Simulator simulator;

    /** Connection 1: the one that is struck. */
    private RawClient struck;

    /** Connection 2: never named. */
    private RawClient beside;

    private int stream;
    private int streamBeside;

    @BeforeEach
    void start() throws Exception {
        simulator = Simulator.start(
                SimulatorConfig.builder().onFreePorts().speed(10).build());
        struck = new RawClient(simulator.address());
        stream = struck.call("Subscribe", Map.of(), META);
        struck.next(RawClient.DATA);
        beside = new RawClient(simulator.address());
        streamBeside = beside.call("Subscribe", Map.of(), META);
        beside.next(RawClient.DATA);
    }

    @AfterEach
    void stop() throws IOException {
        struck.close();
        beside.close();
        simulator.close();
    }

    private void strike(Fault fault) {
        assertThat(simulator.faults().inject(fault.on(1L))).isEqualTo(1);
    }

    private void theOneBesideGoesOn() throws InterruptedException {
        beside.drain();
        Frame frame = beside.next();
        assertThat(frame.type()).isEqualTo(RawClient.DATA);
        assertThat(frame.stream()).isEqualTo(streamBeside);
    }

    @Test
    void resetEndsTheConnectionWithATcpReset() throws Exception {
        strike(Fault.of(FaultKind.RESET));
        struck.next(frame -> frame.type() == RawClient.RESET);
        theOneBesideGoesOn();
        eventually("it is gone", () -> simulator.report().open() == 1);
    }

    @Test
    void finEndsTheConnectionInOrder() throws Exception {
        strike(Fault.of(FaultKind.FIN));
        struck.next(frame -> frame.type() == RawClient.FIN);
        theOneBesideGoesOn();
        eventually("its stream is gone", () -> simulator.report().streams() == 1);
    }

    @Test
    void goawayLeavesOpenStreamsAloneAndClosesBehindThem() throws Exception {
        strike(Fault.of(FaultKind.GOAWAY));
        Frame goaway = struck.next(RawClient.GOAWAY);
        assertThat(goaway.payload().getInt(4)).as("no error").isZero();
        struck.next(RawClient.DATA);
        struck.next(RawClient.DATA);
        struck.reset(stream);
        struck.next(frame -> frame.type() == RawClient.FIN);
        theOneBesideGoesOn();
    }

    @Test
    void streamErrorBreaksTheStreamsButNotTheConnection() throws Exception {
        strike(Fault.of(FaultKind.STREAM_ERROR));
        Frame reset = struck.next(RawClient.RST_STREAM);
        assertThat(reset.stream()).isEqualTo(stream);
        assertThat(reset.payload().getInt(0)).as("INTERNAL_ERROR").isEqualTo(2);
        int again = struck.call("Subscribe", Map.of(), META);
        struck.next(frame -> frame.type() == RawClient.DATA && frame.stream() == again);
        theOneBesideGoesOn();
    }

    @Test
    void halfOpenIsSilenceForEverWhileNewConnectionsAreFine() throws Exception {
        strike(Fault.of(FaultKind.HALF_OPEN));
        eventually("its stream is gone", () -> simulator.report().streams() == 1);
        struck.drain();
        struck.ping();
        assertThat(struck.silentFor(500)).isTrue();
        assertThat(simulator.report().open()).isEqualTo(2);
        theOneBesideGoesOn();
        try (RawClient later = new RawClient(simulator.address())) {
            later.call("Subscribe", Map.of(), META);
            later.next(RawClient.DATA);
        }
    }

    @Test
    void stallWritesNothingForAWhileAndThenEverything() throws Exception {
        MessageReader reader = new MessageReader(struck, stream);
        strike(Fault.of(FaultKind.STALL).lasting(Duration.ofSeconds(60)));
        reader.collectUntilSilentFor(300);
        struck.ping();
        assertThat(struck.silentFor(300)).isTrue();
        theOneBesideGoesOn();
        simulator.faults().inject(Fault.of(FaultKind.CLEAR));
        long last = nextMeta(reader);
        for (int i = 0; i < 25; i++) {
            last = nextMeta(reader, last);
        }
    }

    @Test
    void stallEndsByItself() throws Exception {
        strike(Fault.of(FaultKind.STALL).lasting(Duration.ofMillis(300)));
        struck.ping();
        struck.next(RawClient.PING);
    }

    private static long nextMeta(MessageReader reader) throws Exception {
        SubscribeUpdate update;
        do {
            update = SubscribeUpdate.parseFrom(reader.next());
        } while (!update.hasBlockMeta());
        return update.getBlockMeta().getSlot();
    }

    /** The next one, which must follow on that slot. */
    private static long nextMeta(MessageReader reader, long parent) throws Exception {
        SubscribeUpdate update = SubscribeUpdate.parseFrom(reader.next());
        assertThat(update.getBlockMeta().getParentSlot()).isEqualTo(parent);
        return update.getBlockMeta().getSlot();
    }

    @Test
    void refuseClosesNewConnectionsAndCountsThem() throws Exception {
        simulator.faults().inject(Fault.of(FaultKind.REFUSE).lasting(Duration.ofSeconds(60)));
        try (RawClient refused = new RawClient(simulator.address())) {
            assertThat(refused.next().type()).isIn(RawClient.FIN, RawClient.RESET);
        }
        assertThat(simulator.report().connects().getLast().outcome()).isEqualTo("fault-refused");
        assertThat(simulator.report().refused()).isEqualTo(1);
        theOneBesideGoesOn();
        simulator.faults().inject(Fault.of(FaultKind.CLEAR));
        try (RawClient later = new RawClient(simulator.address())) {
            later.call("Subscribe", Map.of(), META);
            later.next(RawClient.DATA);
        }
    }

    @Test
    void refuseHttp2SpeaksUntilTheSettingsAreExchangedAndThenCloses() throws Exception {
        simulator.faults().inject(Fault.of(FaultKind.REFUSE_HTTP2).lasting(Duration.ofSeconds(60)));
        try (RawClient refused = new RawClient(simulator.address())) {
            assertThat(refused.next().type()).isIn(RawClient.FIN, RawClient.RESET);
            assertThat(refused.isSettled()).isTrue();
        }
        assertThat(simulator.report().connects().getLast().outcome()).isEqualTo("fault-http2-closed");
        assertThat(simulator.report().refused()).isEqualTo(1);
        theOneBesideGoesOn();
        simulator.faults().inject(Fault.of(FaultKind.CLEAR));
        try (RawClient later = new RawClient(simulator.address())) {
            later.call("Subscribe", Map.of(), META);
            later.next(RawClient.DATA);
        }
    }

    @Test
    void slowLeavesATenthOfTheSpeed() throws Exception {
        struck.send(stream, ACCOUNTS);
        long fast = bytesIn(struck, Duration.ofMillis(1_500));
        strike(Fault.of(FaultKind.SLOW).lasting(Duration.ofSeconds(60)));
        bytesIn(struck, Duration.ofMillis(200)); // what was under way
        long slow = bytesIn(struck, Duration.ofMillis(1_500));
        assertThat(slow).isPositive().isLessThan(fast / 4);
        simulator.faults().inject(Fault.of(FaultKind.CLEAR));
        assertThat(bytesIn(struck, Duration.ofMillis(1_500))).isGreaterThan(slow * 2);
    }

    private static long bytesIn(RawClient client, Duration time) throws InterruptedException {
        long deadline = System.nanoTime() + time.toNanos();
        long bytes = 0;
        while (true) {
            long left = deadline - System.nanoTime();
            Frame frame = left <= 0 ? null : client.poll(left);
            if (frame == null) {
                return bytes;
            }
            bytes += frame.payload().capacity();
        }
    }

    @Test
    void noReplayAnswersFromSlotWithOutOfRange() throws Exception {
        simulator.faults().inject(Fault.of(FaultKind.NO_REPLAY).lasting(Duration.ofSeconds(60)));
        try (StockClient client = new StockClient(simulator.address())) {
            long from = simulator.chain().latest(CommitmentLevel.PROCESSED).slot() - 5;
            StockClient.Stream asking = client.subscribe(
                    Requests.blocksMeta("m").toBuilder().setFromSlot(from).build());
            assertThat(asking.ended().getCode()).isEqualTo(Status.Code.OUT_OF_RANGE);
            assertThat(asking.ended().getDescription())
                    .matches("broadcast from " + from + " is not available, last available: [0-9]+");
            StockClient.Stream live = client.subscribe(Requests.blocksMeta("m"));
            live.next(SubscribeUpdate::hasBlockMeta);
        }
    }

    @Test
    void invalidRefusesTheNextRequestWithFiltersAndNoOther() throws Exception {
        strike(Fault.of(FaultKind.INVALID));
        beside.send(streamBeside, META);
        theOneBesideGoesOn();
        struck.send(stream, Requests.json("{\"ping\":{\"id\":3}}").toByteArray(), new byte[0]);
        struck.send(stream, META);
        assertThat(struck.trailers(stream).get("grpc-status").toString()).isEqualTo("3");
        int again = struck.call("Subscribe", Map.of(), META);
        MessageReader reader = new MessageReader(struck, again);
        nextMeta(reader);
    }

    @Test
    void deadSlotDies() throws Exception {
        try (StockClient client = new StockClient(simulator.address())) {
            StockClient.Stream slots =
                    client.subscribe(Requests.json("{\"slots\":{\"s\":{\"interslotUpdates\":true}}}"));
            slots.next(SubscribeUpdate::hasSlot);
            assertThat(simulator.faults().inject(Fault.of(FaultKind.DEAD_SLOT))).isEqualTo(3);
            SubscribeUpdate dead = slots.next(update -> update.getSlot().getStatus() == SlotStatus.SLOT_DEAD);
            assertThat(dead.getSlot().getDeadError()).isNotEmpty();
        }
    }

    @Test
    void aFaultMayBeRepeated() throws Exception {
        simulator.faults().inject(Fault.of(FaultKind.STREAM_ERROR).every(Duration.ofMillis(50)));
        struck.next(RawClient.RST_STREAM);
        struck.call("Subscribe", Map.of(), META);
        struck.next(RawClient.RST_STREAM);
        beside.next(RawClient.RST_STREAM);
    }
}
