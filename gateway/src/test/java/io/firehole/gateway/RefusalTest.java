package io.firehole.gateway;

import static io.firehole.gateway.FakeUpstream.PATIENCE_SECONDS;
import static io.firehole.gateway.OpenGateway.CONFIG;
import static io.firehole.gateway.OpenGateway.SUBSCRIBE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.gateway.FakeUpstream.FakeFeed;
import io.firehole.gateway.RawClient.Seen;
import io.firehole.gateway.access.Refusal;
import io.firehole.gateway.stream.StreamTimes;
import io.firehole.pool.Group;
import io.firehole.pool.Monitor;
import io.firehole.wire.framing.MessageEncoding;
import io.firehole.wire.framing.MessageHeader;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Calls that are not let in, or not let on: the guilty one hears why, and nobody else notices. */
@Timeout(2 * PATIENCE_SECONDS)
class RefusalTest {

    private static final int LIMIT = 32 << 20;

    private static final StreamTimes PROMPT = new StreamTimes(
            Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofMillis(1));

    @Test
    void aWrongTokenIsRefusedBeforeHeaders(@TempDir Path folder) throws Exception {
        Path tokens = Files.writeString(folder.resolve("tokens"), """
                # who may come
                river-3f0a pumpfun-price-monitor high
                stream-77b1 new-tokens
                """);
        try (OpenGateway open = new OpenGateway(CONFIG.withTokens(tokens))) {
            for (String token : new String[] {"river-3f0", "river-3f0a ", "", "pumpfun-price-monitor"}) {
                assertRefused(open.rawClient().call(SUBSCRIBE, "x-token", token), 16, "No valid auth token");
            }
            assertRefused(open.rawClient().call(SUBSCRIBE), 16, "No valid auth token");
            assertThat(open.gateway.stats().refused()).containsEntry(Refusal.TOKEN, 5L);

            open.stockClient().subscribe("x-token", "river-3f0a", "x-monitor-id", "another", "x-frequency", "low");
            assertThat(open.upstream.nextFeed().monitor)
                    .isEqualTo(new Monitor("pumpfun-price-monitor", Group.HIGH).asFixed());
            open.stockClient().subscribe("x-token", "stream-77b1", "x-frequency", "low");
            assertThat(open.upstream.nextFeed().monitor).isEqualTo(new Monitor("new-tokens", Group.LOW));
        }
    }

    @Test
    void anyTokenOrNoneIsFineWithoutAFile() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            assertThat(open.stockClient()
                            .subscribe("x-token", "whatever")
                            .next()
                            .hasPing())
                    .isTrue();
            assertThat(open.stockClient().subscribe().next().hasPing()).isTrue();
        }
    }

    @Test
    void pathsThatNameNoMethodAreRefused() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            for (String path : new String[] {"/", "/method", "/service/"}) {
                assertRefused(open.rawClient().call(path), 12, "path " + path + " names no method of gRPC");
            }
            assertThat(open.gateway.stats().refused()).containsEntry(Refusal.METHOD, 3L);
        }
    }

    @Test
    void unknownEncodingsAreRefusedInTheReferencesWords() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            RawClient.Call call = open.rawClient().call(SUBSCRIBE, "grpc-encoding", "snappy");

            Seen.Headers refusal = assertRefused(call, 12, "Content is compressed with `snappy` which isn't supported");
            assertThat(refusal.values()).containsEntry("grpc-accept-encoding", "identity,gzip,zstd");
        }
    }

    @Test
    void metadataThatCannotBeUnderstoodIsNamed() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            assertRefused(
                    open.rawClient().call(SUBSCRIBE, "x-frequency", "often"),
                    3,
                    "x-frequency must be high, medium or low");
            assertRefused(
                    open.rawClient().call(SUBSCRIBE, "x-monitor-id", "m".repeat(129)),
                    3,
                    "x-monitor-id must have 1 to 128 characters, had 129");
        }
    }

    @Test
    void tooManyStreamsAreRefusedUntilOneEnds() throws Exception {
        GatewayConfig.Limits two = GatewayConfig.Limits.DEFAULT.withStreams(2);
        try (OpenGateway open = new OpenGateway(CONFIG.withLimits(two))) {
            StockClient.Stream first = open.stockClient().subscribe();
            assertThat(first.next().hasPing()).isTrue();
            FakeFeed firstFeed = open.upstream.nextFeed();
            assertThat(open.stockClient().subscribe().next().hasPing()).isTrue();

            Status refused = open.stockClient().subscribe().status();

            assertThat(refused.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(refused.getDescription())
                    .startsWith("max subscription limit exceeded: this gateway takes 2 streams");
            assertThat(open.gateway.stats().refused()).containsEntry(Refusal.STREAMS, 1L);
            first.cancel();
            firstFeed.awaitClosed();
            StockClient patient = open.stockClient();
            assertThat(Stream.generate(patient::subscribe).anyMatch(RefusalTest::isServed))
                    .isTrue();
        }
    }

    @Test
    void streamsOfABrokenConnectionMakeRoom() throws Exception {
        GatewayConfig.Limits two = GatewayConfig.Limits.DEFAULT.withStreams(2);
        try (OpenGateway open = new OpenGateway(CONFIG.withLimits(two))) {
            RawClient breaking = open.rawClient();
            for (int i = 0; i < 2; i++) {
                breaking.call(SUBSCRIBE).headers();
            }
            breaking.close();

            StockClient patient = open.stockClient();
            for (int i = 0; i < 2; i++) {
                assertThat(Stream.generate(patient::subscribe).anyMatch(RefusalTest::isServed))
                        .isTrue();
            }
        }
    }

    @Test
    void tooManyStreamsOnOneConnectionLeaveOtherConnectionsAlone() throws Exception {
        GatewayConfig.Limits one = GatewayConfig.Limits.DEFAULT.withStreamsPerConnection(1);
        try (OpenGateway open = new OpenGateway(CONFIG.withLimits(one))) {
            StockClient crowded = open.stockClient();
            assertThat(crowded.subscribe().next().hasPing()).isTrue();

            assertThat(crowded.subscribe().status().getDescription()).contains("one connection takes 1 streams");
            assertThat(open.stockClient().subscribe().next().hasPing()).isTrue();
        }
    }

    @Test
    void tooManyCallsAreRefusedWithTheTimeToWait() throws Exception {
        GatewayConfig.Limits slow = GatewayConfig.Limits.DEFAULT.withCalls(3, Duration.ofMinutes(1));
        try (OpenGateway open = new OpenGateway(CONFIG.withLimits(slow))) {
            StockClient client = open.stockClient();
            for (int i = 0; i < 3; i++) {
                assertThat(client.subscribe().next().hasPing()).isTrue();
            }

            Status refused = client.subscribe().status();

            assertThat(refused.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(refused.getDescription())
                    .matches("rate limit exceeded: too many calls from 127.0.0.1, try again in \\d+ ms");
        }
    }

    @Test
    void tooManyConnectionsAreClosedAtOnce() throws Exception {
        GatewayConfig.Limits one = GatewayConfig.Limits.DEFAULT.withConnections(1);
        try (OpenGateway open = new OpenGateway(CONFIG.withLimits(one))) {
            StockClient.Stream stream = open.stockClient().subscribe();
            assertThat(stream.next().hasPing()).isTrue();

            assertThat(open.stockClient().subscribe().status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(open.gateway.stats().connectionsRefused()).isPositive();
            assertThat(open.gateway.stats().connections()).isEqualTo(1);
            assertThat(stream.isOpen()).isTrue();
        }
    }

    @Test
    void aRequestOverTheLimitEndsItsOwnStreamAndNamesTheLimit() throws Exception {
        try (OpenGateway open = new OpenGateway(CONFIG.withTimes(PROMPT))) {
            StockClient client = open.stockClient();
            StockClient.Stream neighbour = client.subscribe();
            FakeFeed neighbourFeed = open.upstream.nextFeed();
            SubscribeRequest large = requestOf(33 << 20);

            StockClient.Stream guilty = client.subscribe().send(large);

            assertThat(guilty.status().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(guilty.status().getDescription())
                    .isEqualTo("SubscribeRequest refused by the gateway: message of " + large.getSerializedSize()
                            + " bytes exceeds the limit of " + LIMIT + " bytes");
            neighbourFeed.offer(Updates.account("mine", 1, 10));
            assertThat(neighbour.nextButPing().getAccount().getSlot()).isEqualTo(1);
        }
    }

    @Test
    void aRequestThatUnpacksToMoreThanTheLimitIsRefused() throws Exception {
        try (OpenGateway open = new OpenGateway(CONFIG.withTimes(PROMPT))) {
            RawClient.Call call = open.rawClient().call(SUBSCRIBE, "grpc-encoding", "zstd");
            byte[] packed = MessageEncoding.ZSTD.compress(new byte[LIMIT + 1]);
            byte[] framed = new byte[MessageHeader.BYTES + packed.length];
            MessageHeader.write(true, packed.length, framed, 0);
            System.arraycopy(packed, 0, framed, MessageHeader.BYTES, packed.length);
            call.sendBytes(framed);
            call.headers();

            assertThat(call.nextButData())
                    .isInstanceOfSatisfying(
                            Seen.Headers.class,
                            end -> assertThat(end.values())
                                    .containsEntry("grpc-status", "8")
                                    .hasEntrySatisfying(
                                            "grpc-message",
                                            text -> assertThat(text).contains("limit of 33554432 bytes")));
        }
    }

    @Test
    void aLargeRequestWithinTheLimitIsTaken() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            SubscribeRequest large = requestOf(5 << 20);
            open.stockClient().subscribe().send(large).send(SubscribeRequest.getDefaultInstance());

            FakeFeed feed = open.upstream.nextFeed();
            assertThat(feed.nextRequest().equals(large)).isTrue();
            assertThat(feed.nextRequest()).isEqualTo(SubscribeRequest.getDefaultInstance());
        }
    }

    @Test
    void aTakenPortIsAnErrorThatNamesIt() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            int port = open.gateway.address().getPort();
            assertThatThrownBy(() -> Gateway.start(CONFIG.withListen(open.gateway.address()), new FakeUpstream()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("127.0.0.1:" + port)
                    .hasMessageContaining("in use");
        }
    }

    @Test
    void wrongTokensFilesAreErrorsThatNameThemAndNoToken(@TempDir Path folder) throws Exception {
        Path missing = folder.resolve("none");
        assertThatThrownBy(() -> Gateway.start(CONFIG.withTokens(missing), new FakeUpstream()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(missing.toString());
        Path wrong = Files.writeString(folder.resolve("tokens"), "river-3f0a monitor\nstream-77b1 other often\n");
        assertThatThrownBy(() -> Gateway.start(CONFIG.withTokens(wrong), new FakeUpstream()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(wrong + " line 2: group must be high, medium or low");
    }

    private static boolean isServed(StockClient.Stream stream) {
        return stream.beganWithAPing();
    }

    /** A valid request of about that size: one filter with very many keys. */
    private static SubscribeRequest requestOf(int bytes) {
        String key = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
        SubscribeRequestFilterAccounts.Builder accounts = SubscribeRequestFilterAccounts.newBuilder();
        for (int i = 0; i < bytes / (key.length() + 2); i++) {
            accounts.addAccount(key);
        }
        return SubscribeRequest.newBuilder()
                .putAccounts("many", accounts.build())
                .putSlots("slots", SubscribeRequestFilterSlots.getDefaultInstance())
                .build();
    }

    /** That the call was refused with a status in its headers, and nothing else. */
    private static Seen.Headers assertRefused(RawClient.Call call, int code, String text) throws InterruptedException {
        Seen.Headers refusal = call.headers();
        assertThat(refusal.last()).isTrue();
        assertThat(refusal.values())
                .containsEntry(":status", "200")
                .containsEntry("content-type", "application/grpc")
                .containsEntry("grpc-status", String.valueOf(code))
                .containsEntry("grpc-message", text);
        return refusal;
    }
}
