package io.firehole.gateway;

import static io.firehole.gateway.FakeUpstream.PATIENCE_SECONDS;
import static io.firehole.gateway.OpenGateway.SUBSCRIBE;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.filters.Base58;
import io.firehole.gateway.RawClient.Seen;
import io.firehole.pool.MailboxLimits;
import io.firehole.pool.MailboxLimits.OverrunPolicy;
import io.firehole.pool.Pool;
import io.firehole.pool.PoolConfig;
import io.firehole.pool.PoolRuntime;
import io.firehole.wire.proto.GetSlotRequest;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeUpdate;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The gateway in front of the real pool, with a provider in memory. */
@Timeout(2 * PATIENCE_SECONDS)
class GatewayOnPoolTest {

    private final TestProvider provider = new TestProvider();
    private final List<Runnable> open = new ArrayList<>();

    @AfterEach
    void closeAll() {
        open.reversed().forEach(Runnable::run);
    }

    @Test
    void oneNameOfTwoClientsMeansWhatEachOfThemAskedFor() throws Exception {
        // A trial asks for the same, and the test could not tell it from the stream.
        Gateway gateway = start(PoolConfig.DEFAULT.withVetting(false));
        ByteString one = key(1);
        ByteString two = key(2);
        StockClient.Stream first = client(gateway).subscribe().send(asking("mine", one));
        StockClient.Stream second = client(gateway).subscribe().send(asking("mine", two));
        provider.awaitAskedFor(one);
        provider.awaitAskedFor(two);

        for (int slot = 0; slot < 100; slot++) {
            provider.account(slot % 2 == 0 ? one : two, slot, ByteString.copyFromUtf8("x"));
        }

        for (int slot = 0; slot < 100; slot++) {
            SubscribeUpdate update = (slot % 2 == 0 ? first : second).nextButPing();
            assertThat(update.getFiltersList()).containsExactly("mine");
            assertThat(update.getAccount().getSlot()).isEqualTo(slot);
            assertThat(update.getAccount().getAccount().getPubkey()).isEqualTo(slot % 2 == 0 ? one : two);
        }
        assertThat(provider.streams()).isEqualTo(1);
    }

    @Test
    void oneUpdateReachesEachClientUnderItsOwnNames() throws Exception {
        Gateway gateway = start(PoolConfig.DEFAULT);
        ByteString key = key(7);
        List<StockClient.Stream> streams = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            streams.add(client(gateway).subscribe("x-monitor-id", "m" + i).send(asking("name-" + i, key)));
            assertThat(streams.get(i).next().hasPing()).isTrue();
        }
        provider.awaitAskedFor(key);

        long slot = 0;
        boolean all = false;
        while (!all) { // until the last of them has its place
            provider.account(key, ++slot, ByteString.copyFrom(new byte[200]));
            provider.settle();
            all = streams.stream().allMatch(stream -> stream.hasUpdates());
        }

        for (int i = 0; i < 25; i++) {
            assertThat(streams.get(i).nextButPing().getFiltersList()).containsExactly("name-" + i);
        }
    }

    @Test
    void aStalledClientLosesItsPlaceAndOthersNoticeNothing() throws Exception {
        int updates = 5_000;
        Gateway gateway =
                start(PoolConfig.DEFAULT.withMailbox(new MailboxLimits(updates, 1 << 20, OverrunPolicy.DISCONNECT)));
        ByteString key = key(3);
        RawClient raw = new RawClient(gateway.address(), OpenGateway.WINDOW_BYTES);
        open.add(raw::close);
        RawClient.Call stalled = raw.call(SUBSCRIBE);
        stalled.send(asking("stalled", key).toByteArray());
        stalled.headers();
        provider.awaitAskedFor(key);
        StockClient.Stream reader = client(gateway).subscribe().send(asking("reader", key));
        long slot = 0;
        while (!reader.hasUpdates()) {
            provider.account(key, ++slot, ByteString.copyFrom(new byte[1_000]));
            provider.settle();
        }

        long seen = reader.nextButPing().getAccount().getSlot();
        while (seen < updates) { // at the reader's pace, which is not the stalled one's
            for (int i = 0; i < 100; i++) {
                provider.account(key, ++slot, ByteString.copyFrom(new byte[1_000]));
            }
            while (seen < slot) {
                assertThat(reader.nextButPing().getAccount().getSlot()).isEqualTo(++seen);
            }
        }

        Seen next = stalled.next();
        while (next instanceof Seen.Data data) {
            stalled.consume(Math.max(1, data.bytes().size()));
            next = stalled.next();
        }
        assertThat(next)
                .isInstanceOfSatisfying(
                        Seen.Headers.class,
                        end -> assertThat(end.values())
                                .containsEntry("grpc-status", String.valueOf(Status.Code.RESOURCE_EXHAUSTED.value()))
                                .hasEntrySatisfying(
                                        "grpc-message",
                                        said -> assertThat(said)
                                                .startsWith("lagged: ")
                                                .contains("(pool.mailbox-bytes)")));
        assertThat(reader.isOpen()).isTrue();
    }

    @Test
    void unaryCallsGoThroughThePool() throws Exception {
        Gateway gateway = start(PoolConfig.DEFAULT);

        assertThat(client(gateway)
                        .blocking()
                        .getSlot(GetSlotRequest.getDefaultInstance())
                        .getSlot())
                .isZero();
    }

    @Test
    void aPoolThatIsFullRefusesBeforeHeaders() throws Exception {
        Gateway gateway = start(PoolConfig.DEFAULT.withStreamsMax(1));
        StockClient.Stream first = client(gateway).subscribe();
        assertThat(first.next().hasPing()).isTrue();
        RawClient raw = new RawClient(gateway.address(), OpenGateway.WINDOW_BYTES);
        open.add(raw::close);

        Seen.Headers refusal = raw.call(SUBSCRIBE).headers();

        assertThat(refusal.last()).isTrue();
        assertThat(refusal.values())
                .containsEntry("grpc-status", "8")
                .containsEntry("grpc-message", "max subscription limit exceeded: 1 streams are open");
    }

    private Gateway start(PoolConfig config) throws Exception {
        open.add(provider::close);
        Pool pool = Pool.start(config.withSlotWatchdog(Duration.ofHours(1)), provider, PoolRuntime.system());
        open.add(pool::close);
        Gateway gateway = Gateway.start(OpenGateway.CONFIG, pool);
        open.add(gateway::stop);
        return gateway;
    }

    private StockClient client(Gateway gateway) {
        StockClient client = new StockClient(gateway.address());
        open.add(client::close);
        return client;
    }

    private static SubscribeRequest asking(String name, ByteString key) {
        return SubscribeRequest.newBuilder()
                .putAccounts(
                        name,
                        SubscribeRequestFilterAccounts.newBuilder()
                                .addAccount(Base58.encode(key.toByteArray()))
                                .build())
                .build();
    }

    private static ByteString key(int number) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) number);
        return ByteString.copyFrom(key);
    }
}
