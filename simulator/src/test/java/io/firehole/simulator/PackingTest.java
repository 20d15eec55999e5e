package io.firehole.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.wire.proto.SubscribeUpdate;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How updates travel: many in one DATA frame. */
class PackingTest {

    @Test
    void smallUpdatesTravelManyToAFrame() throws Exception {
        try (Simulator simulator = Simulator.start(
                        SimulatorConfig.builder().onFreePorts().speed(4).build());
                RawClient raw = new RawClient(simulator.address())) {
            int stream = raw.call(
                    "Subscribe",
                    Map.of(),
                    Requests.json("{\"accounts\":{\"a\":{}},\"entry\":{\"e\":{}}}")
                            .toByteArray());
            MessageReader reader = new MessageReader(raw, stream);
            int messages = 20_000;
            for (int i = 0; i < messages; i++) {
                assertThat(reader.next()).isNotEmpty();
            }
            assertThat(messages / reader.frames()).as("updates to a frame").isGreaterThan(20);
            assertThat(reader.largestFrame()).as("what this client allows").isEqualTo(16_384);
        }
    }

    @Test
    void aBlockOfManyMegabytesPasses() throws Exception {
        try (Simulator simulator = Simulator.start(
                        SimulatorConfig.builder().onFreePorts().speed(10).build());
                StockClient client = new StockClient(simulator.address())) {
            StockClient.Stream stream = client.subscribe(Requests.json(
                    "{\"blocks\":{\"b\":{\"includeTransactions\":true,\"includeAccounts\":true,\"includeEntries\":true},"
                            + "\"c\":{\"includeTransactions\":false}}}"));
            SubscribeUpdate first = stream.next(SubscribeUpdate::hasBlock);
            SubscribeUpdate second = stream.next(SubscribeUpdate::hasBlock);
            assertThat(first.getFiltersCount()).isEqualTo(1);
            assertThat(second.getFiltersCount()).isEqualTo(1);
            assertThat(first.getFilters(0)).isNotEqualTo(second.getFilters(0));
            assertThat(first.getBlock().getSlot()).isEqualTo(second.getBlock().getSlot());
            SubscribeUpdate whole = first.getFilters(0).equals("b") ? first : second;
            assertThat(whole.getBlock().getTransactionsCount())
                    .isEqualTo((int) whole.getBlock().getExecutedTransactionCount());
            assertThat(whole.getSerializedSize()).isGreaterThan(4_500_000);
        }
    }
}
