package io.firehole.simulator;

import static io.firehole.wire.proto.SubscribeUpdate.UpdateOneofCase.BLOCK_META;
import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeReplayInfoRequest;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateBlockMeta;
import io.grpc.Status;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code from_slot}, first and later on a stream. */
class ReplayTest {

    private static final SubscribeRequest CONFIRMED_META = Requests.blocksMeta("m").toBuilder()
            .setCommitment(CommitmentLevel.CONFIRMED)
            .build();

    private static Simulator simulator;
    private static StockClient client;

    @BeforeAll
    static void start() throws IOException {
        simulator = Simulator.start(
                SimulatorConfig.builder().onFreePorts().speed(10).skipEvery(5).build());
        client = new StockClient(simulator.address());
    }

    @AfterAll
    static void stop() {
        client.close();
        simulator.close();
    }

    /** A slot that stays replayable for some seconds. */
    private static long replayable() {
        return client.blocking()
                        .subscribeReplayInfo(SubscribeReplayInfoRequest.getDefaultInstance())
                        .getFirstAvailable()
                + 80;
    }

    @Test
    void replaysAscendingFromTheSlotAndGoesOnLive() throws Exception {
        long from = replayable();
        StockClient.Stream stream =
                client.subscribe(CONFIRMED_META.toBuilder().setFromSlot(from).build());
        SubscribeUpdateBlockMeta before = stream.next(BLOCK_META).getBlockMeta();
        assertThat(before.getSlot()).isGreaterThanOrEqualTo(from);
        assertThat(before.getParentSlot()).as("no block in between").isLessThan(from);
        long target = simulator.chain().latest(CommitmentLevel.CONFIRMED).slot() + 20;
        while (before.getSlot() < target) {
            SubscribeUpdateBlockMeta meta = stream.next(BLOCK_META).getBlockMeta();
            if (meta.getSlot() <= before.getSlot()) {
                continue; // where replay and live meet, slots may come twice
            }
            assertThat(meta.getParentSlot()).isEqualTo(before.getSlot());
            assertThat(meta.getParentBlockhash()).isEqualTo(before.getBlockhash());
            before = meta;
        }
        stream.cancel();
    }

    @Test
    void aLaterRequestMayAskForReplayToo() throws Exception {
        StockClient.Stream stream = client.subscribe(CONFIRMED_META);
        long live = stream.next(BLOCK_META).getBlockMeta().getSlot();
        stream.send(Requests.blocksMeta("again").toBuilder()
                .setCommitment(CommitmentLevel.CONFIRMED)
                .setFromSlot(live - 10)
                .build());
        SubscribeUpdate replayed = stream.next(update -> update.getFiltersList().contains("again"));
        assertThat(replayed.getBlockMeta().getSlot()).isLessThan(live);
        stream.next(update -> update.getBlockMeta().getSlot() > live);
        stream.cancel();
    }

    @Test
    void aSlotOlderThanTheReplayIsOutOfRange() throws Exception {
        StockClient.Stream stream =
                client.subscribe(CONFIRMED_META.toBuilder().setFromSlot(17).build());
        assertThat(stream.ended().getCode()).isEqualTo(Status.Code.OUT_OF_RANGE);
        assertThat(stream.ended().getDescription())
                .matches("broadcast from 17 is not available, last available: [0-9]+");
    }

    @Test
    void aSlotOfTheFutureCannotBeReplayed() throws Exception {
        StockClient.Stream stream = client.subscribe(
                CONFIRMED_META.toBuilder().setFromSlot(1L << 40).build());
        assertThat(stream.ended().getCode()).isEqualTo(Status.Code.INTERNAL);
        assertThat(stream.ended().getDescription()).isEqualTo("failed to get replay response");
    }

    @Test
    void aPingRequestsFromSlotIsIgnored() throws Exception {
        StockClient.Stream stream = client.subscribe(CONFIRMED_META);
        stream.next(BLOCK_META);
        stream.send(Requests.json("{\"ping\":{\"id\":4},\"fromSlot\":\"17\"}"));
        assertThat(stream.next(SubscribeUpdate::hasPong).getPong().getId()).isEqualTo(4);
        stream.next(BLOCK_META);
        stream.cancel();
    }
}
