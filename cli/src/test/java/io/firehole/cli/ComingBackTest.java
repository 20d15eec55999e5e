package io.firehole.cli;

import static io.firehole.cli.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.cli.PlainClient.PlainStream;
import io.firehole.gateway.Gateway;
import io.firehole.gateway.GatewayConfig;
import io.firehole.pool.PoolStats;
import io.firehole.simulator.rules.ProviderRules;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeUpdate;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients of the gateway that come back with {@code from_slot}, beside one that never left the provider. */
@Timeout(120)
class ComingBackTest {

    private static final int CLIENTS = 50;
    private static final int SLOTS = 6;

    /** Of the addresses in most transactions of the recording. */
    private static final List<String> ACCOUNTS =
            List.of("6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P", "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8");

    /** The transactions of each slot whose block meta has come, in order. */
    private static final class Slots implements Consumer<SubscribeUpdate> {

        private final NavigableMap<Long, List<ByteString>> open = new TreeMap<>();
        private final NavigableMap<Long, List<ByteString>> sealed = new TreeMap<>();

        @Override
        public synchronized void accept(SubscribeUpdate update) {
            if (update.hasTransaction()) {
                open.computeIfAbsent(update.getTransaction().getSlot(), slot -> new ArrayList<>())
                        .add(update.getTransaction().getTransaction().getSignature());
            } else if (update.hasBlockMeta()) {
                long slot = update.getBlockMeta().getSlot();
                List<ByteString> its = open.remove(slot);
                sealed.put(slot, its == null ? List.of() : its);
            }
        }

        synchronized int count() {
            return sealed.size();
        }

        synchronized long newest() {
            return sealed.isEmpty() ? 0 : sealed.lastKey();
        }

        synchronized NavigableMap<Long, List<ByteString>> from(long slot, long to) {
            return new TreeMap<>(sealed.subMap(slot, true, to, true));
        }
    }

    @Test
    void whoComesBackWhileItsFiltersLingerIsServedWithoutTheProvider() throws Exception {
        try (OneConnection world = new OneConnection(ProviderRules.open());
                Gateway gateway = gateway(world);
                PlainClient direct = new PlainClient(world.provider().address());
                PlainClient client = new PlainClient(gateway.address())) {
            Slots truth = new Slots();
            direct.subscribe(request(0), truth);
            Slots first = new Slots();
            PlainStream gone = client.subscribe("m", request(0), first);
            await("some slots", () -> first.count() > SLOTS);
            gone.cancel();
            long from = first.newest() - 2;
            await("it has left", () -> world.pool().stats().monitors().isEmpty());
            long leftAt = truth.newest();
            await("the chain goes on", () -> truth.newest() > leftAt + 2);

            PoolStats before = world.pool().stats();
            long requests = world.provider().report().requests();
            int streams = world.provider().report().streams();
            long asked = System.nanoTime();
            Slots second = new Slots();
            client.subscribe("m", request(0).toBuilder().setFromSlot(from).build(), second);
            await("the first of what was missed", () -> second.count() > 0);
            long millis = Duration.ofNanos(System.nanoTime() - asked).toMillis();
            await("it is back in step", () -> second.newest() > leftAt + SLOTS);

            PoolStats after = world.pool().stats();
            assertThat(after.totals().requests()).isEqualTo(before.totals().requests());
            assertThat(world.provider().report().requests() - requests)
                    .as("requests: an answer to a ping at the most")
                    .isLessThanOrEqualTo(1);
            assertThat(world.provider().report().streams()).isEqualTo(streams);
            assertThat(after.buffer().hits()).isEqualTo(1);
            long to = second.newest();
            await("the other has come as far", () -> truth.newest() >= to);
            assertThat(second.from(from, to)).isEqualTo(truth.from(from, to));
            System.out.printf(
                    "Back after %d slots: the first update's slot was whole after %d ms%n", leftAt - from, millis);
        }
    }

    @Test
    void allWhoComeBackAfterARestartAreOneStorm() throws Exception {
        try (OneConnection world = new OneConnection(ProviderRules.open());
                PlainClient direct = new PlainClient(world.provider().address())) {
            Slots truth = new Slots();
            direct.subscribe(request(0), truth);
            await("some slots", () -> truth.count() > 2 * SLOTS);
            long from = truth.newest() - SLOTS;
            try (Gateway gateway = gateway(world);
                    PlainClient client = new PlainClient(gateway.address())) {
                List<Slots> all = new ArrayList<>();
                long requests = world.provider().report().requests();
                int connects = world.provider().report().connects().size();
                for (int i = 0; i < CLIENTS; i++) {
                    Slots slots = new Slots();
                    client.subscribe(
                            "m" + i, request(i).toBuilder().setFromSlot(from).build(), slots);
                    all.add(slots);
                }
                await("all are back in step", () -> all.stream().allMatch(slots -> slots.newest() > from + 2 * SLOTS));
                long asked = world.provider().report().requests() - requests;
                System.out.printf("%d clients with from_slot on a new pool: %d requests%n", CLIENTS, asked);
                assertThat(asked).isLessThanOrEqualTo(CLIENTS / 2);
                assertThat(world.provider().report().connects().size() - connects)
                        .isLessThanOrEqualTo(1);
                long to = all.stream().mapToLong(Slots::newest).min().orElseThrow();
                await("the other has come as far", () -> truth.newest() >= to);
                for (int i = 0; i < CLIENTS; i += ACCOUNTS.size()) {
                    assertThat(all.get(i).from(from, to)).isEqualTo(truth.from(from, to));
                }
            }
        }
    }

    private static Gateway gateway(OneConnection world) throws Exception {
        return Gateway.start(
                GatewayConfig.DEFAULT.withListen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                world.pool());
    }

    private static SubscribeRequest request(int number) {
        return SubscribeRequest.newBuilder()
                .putTransactions(
                        "t",
                        SubscribeRequestFilterTransactions.newBuilder()
                                .addAccountInclude(ACCOUNTS.get(number % ACCOUNTS.size()))
                                .build())
                .putBlocksMeta("m", SubscribeRequestFilterBlocksMeta.getDefaultInstance())
                .build();
    }
}
