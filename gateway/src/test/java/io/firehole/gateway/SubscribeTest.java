package io.firehole.gateway;

import static io.firehole.gateway.FakeUpstream.PATIENCE_SECONDS;
import static io.firehole.gateway.OpenGateway.SUBSCRIBE;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.gateway.FakeUpstream.FakeFeed;
import io.firehole.gateway.RawClient.Seen;
import io.firehole.gateway.stream.StreamTimes;
import io.firehole.pool.Group;
import io.firehole.pool.Monitor;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.framing.MessageEncoding;
import io.firehole.wire.framing.MessageHeader;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestPing;
import io.firehole.wire.proto.SubscribeUpdate;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client sees of a {@code Subscribe} call, on the wire and through stock stubs. */
@Timeout(2 * PATIENCE_SECONDS)
class SubscribeTest {

    private static final SubscribeRequest SLOTS = SubscribeRequest.newBuilder()
            .putSlots("mine", SubscribeRequestFilterSlots.getDefaultInstance())
            .build();

    private static final SubscribeRequest BAD_KEY = SubscribeRequest.newBuilder()
            .putAccounts(
                    "bad",
                    SubscribeRequestFilterAccounts.newBuilder()
                            .addAccount("0OIl")
                            .build())
            .build();

    @Test
    void sendsHeadersAndAPingBeforeAnyRequest() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            RawClient.Call call = open.rawClient().call(SUBSCRIBE);

            Seen.Headers headers = call.headers();
            assertThat(headers.last()).isFalse();
            assertThat(headers.values())
                    .containsEntry(":status", "200")
                    .containsEntry("content-type", "application/grpc")
                    .containsEntry("grpc-accept-encoding", "identity,gzip,zstd");
            assertThat(call.updatesIn(call.data())).singleElement().satisfies(update -> {
                assertThat(update.hasPing()).isTrue();
                assertThat(update.getFiltersList()).isEmpty();
                assertThat(update.getCreatedAt().getSeconds()).isPositive();
            });
        }
    }

    @Test
    void pingsAgainAndAgain() throws Exception {
        StreamTimes brisk = new StreamTimes(
                Duration.ofMillis(20), Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofSeconds(1));
        try (OpenGateway open = new OpenGateway(OpenGateway.CONFIG.withTimes(brisk))) {
            StockClient.Stream stream = open.stockClient().subscribe();
            for (int i = 0; i < 5; i++) {
                assertThat(stream.next().hasPing()).isTrue();
            }
        }
    }

    @Test
    void passesRequestsOnAndUpdatesBack() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            StockClient.Stream stream = open.stockClient().subscribe().send(SLOTS);
            FakeFeed feed = open.upstream.nextFeed();
            assertThat(feed.nextRequest()).isEqualTo(SLOTS);

            SubscribeUpdate update = Updates.account("mine", 7, 300);
            feed.offer(update);

            assertThat(stream.nextButPing()).isEqualTo(update);
        }
    }

    @Test
    void takesAnEmptyRequestAndThenOthers() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            open.stockClient()
                    .subscribe()
                    .send(SubscribeRequest.getDefaultInstance())
                    .send(SLOTS)
                    .send(SubscribeRequest.getDefaultInstance());
            FakeFeed feed = open.upstream.nextFeed();

            assertThat(feed.nextRequest()).isEqualTo(SubscribeRequest.getDefaultInstance());
            assertThat(feed.nextRequest()).isEqualTo(SLOTS);
            assertThat(feed.nextRequest()).isEqualTo(SubscribeRequest.getDefaultInstance());
        }
    }

    @Test
    void takesRequestsHoweverTheirBytesAreCut() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            RawClient.Call call = open.rawClient().call(SUBSCRIBE);
            FakeFeed feed = open.upstream.nextFeed();
            byte[] framed = MessageHeader.frame(SLOTS.toByteArray());
            for (byte one : framed) {
                call.sendBytes(new byte[] {one});
            }
            call.sendBytes(ByteString.copyFrom(framed)
                    .concat(ByteString.copyFrom(framed))
                    .toByteArray());

            for (int i = 0; i < 3; i++) {
                assertThat(feed.nextRequest()).isEqualTo(SLOTS);
            }
        }
    }

    @Test
    void answersAPingAndLeavesTheFiltersAlone() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            StockClient.Stream stream = open.stockClient()
                    .subscribe()
                    .send(SLOTS.toBuilder()
                            .setPing(SubscribeRequestPing.newBuilder().setId(42))
                            .build())
                    .send(SLOTS);

            SubscribeUpdate pong = stream.nextButPing();
            assertThat(pong.getPong().getId()).isEqualTo(42);
            assertThat(pong.getFiltersList()).isEmpty();
            assertThat(pong.hasCreatedAt()).isTrue();
            FakeFeed feed = open.upstream.nextFeed();
            assertThat(feed.nextRequest()).isEqualTo(SLOTS);
            assertThat(feed.hasNoRequest()).isTrue();
            assertThat(open.gateway.stats().streams().pings()).isEqualTo(1);
            assertThat(open.gateway.stats().streams().requests()).isEqualTo(1);
        }
    }

    @Test
    void endsOnlyTheStreamOfABadFilter() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            StockClient client = open.stockClient();
            StockClient.Stream good = client.subscribe().send(SLOTS);
            FakeFeed goodFeed = open.upstream.nextFeed();
            StockClient.Stream bad = client.subscribe().send(SLOTS).send(BAD_KEY);
            FakeFeed badFeed = open.upstream.nextFeed();

            assertThat(bad.status().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(bad.status().getDescription()).startsWith("failed to create filter: ");
            badFeed.awaitClosed();
            goodFeed.offer(Updates.account("mine", 1, 10));
            assertThat(good.nextButPing().getAccount().getSlot()).isEqualTo(1);
            assertThat(goodFeed.isClosed()).isFalse();
        }
    }

    @Test
    void refusesABadFilterBesideAPingToo() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            StockClient.Stream stream = open.stockClient()
                    .subscribe()
                    .send(BAD_KEY.toBuilder()
                            .setPing(SubscribeRequestPing.newBuilder().setId(1))
                            .build());

            assertThat(stream.status().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        }
    }

    @Test
    void refusesANameThatIsTooLong() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            StockClient.Stream stream = open.stockClient()
                    .subscribe()
                    .send(SubscribeRequest.newBuilder()
                            .putSlots("n".repeat(129), SubscribeRequestFilterSlots.getDefaultInstance())
                            .build());

            assertThat(stream.status().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(stream.status().getDescription())
                    .isEqualTo("failed to create filter: oversized filter name (max allowed size 128), found 129");
        }
    }

    @Test
    void refusesBytesThatAreNoRequest() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            RawClient.Call call = open.rawClient().call(SUBSCRIBE);
            call.send(new byte[] {0x0a, 0x7f, 0x01});
            call.headers();

            Seen trailers = call.nextButData();

            assertThat(trailers)
                    .isInstanceOfSatisfying(
                            Seen.Headers.class,
                            end -> assertThat(end.values())
                                    .containsEntry("grpc-status", "3")
                                    .hasEntrySatisfying(
                                            "grpc-message",
                                            text -> assertThat(text)
                                                    .startsWith("the message of 3 bytes is no SubscribeRequest: ")));
        }
    }

    @Test
    void goesOnAfterAHalfClose() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            StockClient.Stream stream = open.stockClient().subscribe().send(SLOTS);
            stream.halfClose();
            FakeFeed feed = open.upstream.nextFeed();
            assertThat(feed.nextRequest()).isEqualTo(SLOTS);
            assertThat(stream.next().hasPing()).isTrue();

            feed.offer(Updates.account("mine", 1, 10));

            assertThat(stream.nextButPing().getAccount().getSlot()).isEqualTo(1);
            assertThat(stream.isOpen()).isTrue();
        }
    }

    @Test
    void leavesThePoolAtOnceWhenAClientCancels() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            StockClient.Stream stream = open.stockClient().subscribe().send(SLOTS);
            FakeFeed feed = open.upstream.nextFeed();
            assertThat(stream.next().hasPing()).isTrue();
            assertThat(open.gateway.stats().streams().open()).isEqualTo(1);

            stream.cancel();

            feed.awaitClosed();
            feed.offer(Updates.account("mine", 1, 10)); // nobody minds
            assertThat(open.gateway.stats().streams().open()).isZero();
        }
    }

    @Test
    void leavesThePoolAtOnceWhenAConnectionBreaks() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            RawClient client = open.rawClient();
            List<FakeFeed> feeds = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                client.call(SUBSCRIBE).headers();
                feeds.add(open.upstream.nextFeed());
            }

            client.close();

            feeds.forEach(FakeFeed::awaitClosed);
            assertThat(open.gateway.stats().streams().open()).isZero();
        }
    }

    @Test
    void readsRequestsInGzip() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            open.stockClient().subscribeGzip().send(SLOTS);

            assertThat(open.upstream.nextFeed().nextRequest()).isEqualTo(SLOTS);
        }
    }

    @Test
    void readsRequestsInZstd() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            RawClient.Call call = open.rawClient().call(SUBSCRIBE, "grpc-encoding", "zstd");
            byte[] packed = MessageEncoding.ZSTD.compress(SLOTS.toByteArray());
            byte[] framed = new byte[MessageHeader.BYTES + packed.length];
            MessageHeader.write(true, packed.length, framed, 0);
            System.arraycopy(packed, 0, framed, MessageHeader.BYTES, packed.length);
            call.sendBytes(framed);

            assertThat(open.upstream.nextFeed().nextRequest()).isEqualTo(SLOTS);
        }
    }

    @Test
    void writesUpdatesInGzipIfConfiguredAndAsked() throws Exception {
        try (OpenGateway open = new OpenGateway(OpenGateway.CONFIG.withCompressesUpdates(true))) {
            StockClient.Stream stream = open.stockClient().subscribe().send(SLOTS); // grpc-java always asks for gzip
            FakeFeed feed = open.upstream.nextFeed();
            SubscribeUpdate small = Updates.account("mine", 1, 10);
            SubscribeUpdate large = Updates.account("mine", 2, 3_000_000);
            feed.offer(small);
            feed.offer(large);

            assertThat(stream.nextButPing()).isEqualTo(small);
            assertThat(stream.nextButPing()).isEqualTo(large);
            assertThat(open.gateway.stats().streams().bytes()).isLessThan(large.getSerializedSize() / 10);
        }
    }

    @Test
    void carriesAMessageOfFortyMegabytesAmongSmallOnes() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            StockClient.Stream stream = open.stockClient().subscribe().send(SLOTS);
            FakeFeed feed = open.upstream.nextFeed();
            byte[] data = new byte[40_000_000];
            new Random(1).nextBytes(data);
            SubscribeUpdate plain = Updates.account("mine", 2, 0);
            SubscribeUpdate block = plain.toBuilder()
                    .setAccount(plain.getAccount().toBuilder()
                            .setAccount(
                                    plain.getAccount().getAccount().toBuilder().setData(ByteString.copyFrom(data))))
                    .build();
            feed.put(Updates.delivery(Updates.account("mine", 1, 100)));
            feed.put(Updates.delivery(block));
            feed.put(Updates.delivery(Updates.account("mine", 3, 100)));
            feed.wake();

            assertThat(stream.nextButPing().getAccount().getSlot()).isEqualTo(1);
            assertThat(stream.nextButPing().equals(block)).isTrue();
            assertThat(stream.nextButPing().getAccount().getSlot()).isEqualTo(3);
        }
    }

    @Test
    void servesTwentyFiveClientsAtOnce() throws Exception {
        int clients = 25;
        int updates = 200;
        try (OpenGateway open = new OpenGateway()) {
            List<StockClient.Stream> streams = new ArrayList<>();
            List<FakeFeed> feeds = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                streams.add(open.stockClient()
                        .subscribe("x-monitor-id", "monitor-" + i)
                        .send(SLOTS));
                feeds.add(open.upstream.nextFeed());
            }
            for (int slot = 0; slot < updates; slot++) {
                for (FakeFeed feed : feeds) {
                    feed.offer(Updates.account(feed.monitor.id(), slot, 100));
                }
            }
            for (int i = 0; i < clients; i++) {
                for (int slot = 0; slot < updates; slot++) {
                    SubscribeUpdate update = streams.get(i).nextButPing();
                    assertThat(update.getFiltersList()).containsExactly("monitor-" + i);
                    assertThat(update.getAccount().getSlot()).isEqualTo(slot);
                }
            }
            assertThat(open.gateway.stats().streams().open()).isEqualTo(clients);
            assertThat(open.gateway.stats().connections()).isEqualTo(clients);
        }
    }

    @Test
    void knowsAMonitorByItsMetadata() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            StockClient client = open.stockClient();
            StockClient.Stream high = client.subscribe("x-monitor-id", "raydium", "x-frequency", "high");
            assertThat(open.upstream.nextFeed().monitor).isEqualTo(new Monitor("raydium", Group.HIGH));
            StockClient.Stream low = client.subscribe("x-monitor-id", "raydium", "x-frequency", "low");
            assertThat(open.upstream.nextFeed().monitor).isEqualTo(new Monitor("raydium", Group.LOW));
            assertThat(high.next().hasPing() && low.next().hasPing()).isTrue();
            assertThat(open.gateway.stats().streams().open()).isEqualTo(2);
        }
    }

    @Test
    void saysWhyThePoolEndedAStream() throws Exception {
        StreamTimes prompt = new StreamTimes(
                Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofMillis(1));
        try (OpenGateway open = new OpenGateway(OpenGateway.CONFIG.withTimes(prompt))) {
            StockClient.Stream stream = open.stockClient().subscribe().send(SLOTS);
            FakeFeed feed = open.upstream.nextFeed();
            feed.put(Updates.delivery(Updates.account("mine", 1, 10)));
            feed.end(GrpcStatus.Code.OUT_OF_RANGE.with(
                    "broadcast from 5 is not available, last available: 100 %\u2713"));

            assertThat(stream.nextButPing().getAccount().getSlot()).isEqualTo(1);
            assertThat(stream.status().getCode()).isEqualTo(Status.Code.OUT_OF_RANGE);
            assertThat(stream.status().getDescription())
                    .isEqualTo("broadcast from 5 is not available, last available: 100 %\u2713");
            feed.awaitClosed();
        }
    }
}
