package io.firehole.gateway;

import static io.firehole.gateway.FakeUpstream.PATIENCE_SECONDS;
import static io.firehole.gateway.OpenGateway.SUBSCRIBE;
import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.gateway.FakeUpstream.FakeFeed;
import io.firehole.gateway.stream.StreamCounters;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many messages share a frame, and how many frames a write. */
@Timeout(2 * PATIENCE_SECONDS)
class PackingTest {

    /** The largest DATA frame that a client takes unless it says otherwise. */
    private static final int FRAME_BYTES = 16_384;

    @Test
    void allThatWaitsGoesOutInOneWrite() throws Exception {
        int updates = 300;
        try (OpenGateway open = new OpenGateway()) {
            RawClient.Call call = open.rawClient(1 << 20).call(SUBSCRIBE);
            call.headers();
            assertThat(call.updatesIn(call.data())).hasSize(1); // the ping
            FakeFeed feed = open.upstream.nextFeed();
            StreamCounters.Snapshot before = open.gateway.stats().streams();
            for (int slot = 0; slot < updates; slot++) {
                feed.put(Updates.delivery(Updates.account("m", slot, 120)));
            }

            feed.wake();

            List<Integer> frames = new ArrayList<>();
            List<Long> slots = new ArrayList<>();
            while (slots.size() < updates) {
                RawClient.Seen.Data data = call.data();
                frames.add(data.bytes().size());
                call.updatesIn(data)
                        .forEach(update -> slots.add(update.getAccount().getSlot()));
            }
            assertThat(slots).hasSize(updates).isSorted();
            assertThat(frames.subList(0, frames.size() - 1)).containsOnly(FRAME_BYTES);
            StreamCounters.Snapshot after = open.gateway.stats().streams();
            assertThat(after.writes() - before.writes()).isEqualTo(1);
            assertThat(after.messages() - before.messages()).isEqualTo(updates);
        }
    }

    @Test
    void smallUpdatesShareFramesEvenWhenTheyComeOneByOne() throws Exception {
        int updates = 5_000;
        try (OpenGateway open = new OpenGateway()) {
            RawClient.Call call = open.rawClient(1 << 30).call(SUBSCRIBE);
            call.headers();
            FakeFeed feed = open.upstream.nextFeed();
            Thread pool = Thread.ofPlatform().start(() -> {
                for (int slot = 0; slot < updates; slot++) {
                    feed.offer(Updates.account("m", slot, 50));
                }
            });
            int received = 0;
            while (received < updates + 1) {
                RawClient.Seen.Data data = call.data();
                call.consume(data.bytes().size());
                received += call.updatesIn(data).size();
            }
            pool.join();
            StreamCounters.Snapshot streams = open.gateway.stats().streams();
            assertThat(streams.messages()).isEqualTo(updates + 1);
            assertThat(streams.messagesPerWrite()).isGreaterThan(2);
        }
    }

    @Test
    void manyHttp2PingsAreAnsweredAlwaysWithAStreamOrWithout() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            RawClient client = open.rawClient();
            client.pings(500);
            RawClient.Call call = client.call(SUBSCRIBE);
            call.headers();
            client.pings(2_000);

            assertThat(client.wasSentAway()).isFalse();
        }
    }

    @Test
    void allowsManyStreamsAndLongHeaders() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            RawClient client = open.rawClient();
            assertThat(client.settings().maxConcurrentStreams()).isGreaterThanOrEqualTo(Integer.MAX_VALUE);
            assertThat(client.settings().maxHeaderListSize()).isGreaterThanOrEqualTo(16 * 1024);

            RawClient.Call call = client.call(SUBSCRIBE, "x-sdk-name", "s".repeat(15_000));

            assertThat(call.headers().values()).containsEntry(":status", "200");
        }
    }
}
