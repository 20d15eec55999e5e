package io.firehole.gateway;

import static io.firehole.gateway.FakeUpstream.PATIENCE_SECONDS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.gateway.FakeUpstream.FakeFeed;
import io.firehole.wire.proto.PingRequest;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The orderly end of a gateway. */
@Timeout(2 * PATIENCE_SECONDS)
class DrainTest {

    private static final Duration PERIOD = Duration.ofSeconds(6);
    private static final byte[] SERVING = {8, 1};
    private static final byte[] NOT_SERVING = {8, 2};

    @Test
    void healthSaysSoAtOnceAndNothingNewIsTaken() throws Exception {
        // So long that of the streams only the first ends while this looks.
        try (OpenGateway open = new OpenGateway(OpenGateway.CONFIG.withDrain(Duration.ofHours(1)))) {
            StockClient client = open.stockClient();
            List<StockClient.Stream> streams = opened(open, client, 10);
            Watch watch = Watch.of(client.channel());
            assertThat(watch.next()).isEqualTo(SERVING);

            long began = System.nanoTime();
            CompletableFuture<Void> drained = open.gateway.drain();
            assertThat(watch.next()).isEqualTo(NOT_SERVING);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMillis(100));
            assertThat(isLetIn(open.gateway.address())).isFalse();
            assertThat(streams).filteredOn(StockClient.Stream::isOpen).hasSizeGreaterThanOrEqualTo(9);
            assertThat(drained).isNotDone();
            assertThat(open.gateway.draining().begun()).isTrue();
        }
    }

    @Test
    void whoeverComesAsTheFirstWhenItEndsIsSentAway() throws Exception {
        try (OpenGateway open = new OpenGateway(OpenGateway.CONFIG.withDrain(PERIOD))) {
            assertThat(open.gateway.drain()).succeedsWithin(PERIOD);
            assertThat(isLetIn(open.gateway.address())).isFalse();
        }
    }

    @Test
    void callsOnConnectionsThatAreThereAreRefused() throws Exception {
        try (OpenGateway open = new OpenGateway(OpenGateway.CONFIG.withDrain(PERIOD))) {
            opened(open, open.stockClient(), 3);
            RawClient raw = open.rawClient();
            raw.call(OpenGateway.SUBSCRIBE).headers(); // the last to end: its connection is told to go last
            open.upstream.nextFeed();

            var unused = open.gateway.drain();

            assertThat(raw.call(OpenGateway.SUBSCRIBE).headers().values())
                    .containsEntry("grpc-status", "14")
                    .containsEntry("grpc-message", "server is shutting down");
        }
    }

    @Test
    void streamsEndEvenlyOverThePeriod() throws Exception {
        try (OpenGateway open = new OpenGateway(OpenGateway.CONFIG.withDrain(PERIOD))) {
            List<StockClient.Stream> streams = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                streams.addAll(opened(open, open.stockClient(), 12));
            }
            long[] endedNanos = new long[streams.size()];
            long began = System.nanoTime();
            CompletableFuture<?>[] ends = new CompletableFuture<?>[streams.size()];
            for (int i = 0; i < endedNanos.length; i++) {
                int number = i;
                ends[i] = streams.get(i).whenEnded().thenRun(() -> endedNanos[number] = System.nanoTime() - began);
            }

            assertThat(open.gateway.drain()).succeedsWithin(PERIOD.plusSeconds(5));

            CompletableFuture.allOf(ends).get(PATIENCE_SECONDS, SECONDS);
            Arrays.sort(endedNanos);
            assertThat(Duration.ofNanos(endedNanos[0])).isLessThan(Duration.ofSeconds(1));
            assertThat(Duration.ofNanos(endedNanos[endedNanos.length - 1])).isBetween(PERIOD.dividedBy(2), PERIOD);
            assertThat(most(endedNanos, PERIOD.dividedBy(6)))
                    .as("of 60 streams, in the worst sixth of the time")
                    .isLessThanOrEqualTo(20);
            assertThat(streams).allSatisfy(stream -> {
                assertThat(stream.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                assertThat(stream.status().getDescription()).isEqualTo("server is shutting down try again later");
            });
        }
    }

    @Test
    void eachGetsWhatWaitsForItAndTheLastWholeSlot() throws Exception {
        try (OpenGateway open = new OpenGateway(OpenGateway.CONFIG.withDrain(PERIOD))) {
            StockClient.Stream stream = open.stockClient().subscribe();
            assertThat(stream.next().hasPing()).isTrue();
            FakeFeed feed = open.upstream.nextFeed();
            feed.lastSlot = OptionalLong.of(77);
            for (int i = 0; i < 1_000; i++) {
                feed.put(Updates.delivery(Updates.account("m", i, 1_000)));
            }

            var unused = open.gateway.drain();

            for (int i = 0; i < 1_000; i++) {
                assertThat(stream.nextButPing().getAccount().getSlot()).isEqualTo(i);
            }
            assertThat(stream.status().getDescription())
                    .isEqualTo("server is shutting down try again later; last complete slot 77");
            assertThat(Objects.requireNonNull(stream.trailers())
                            .get(Metadata.Key.of("x-last-complete-slot", Metadata.ASCII_STRING_MARSHALLER)))
                    .isEqualTo("77");
        }
    }

    @Test
    void aConnectionIsToldToGoAndItsOtherStreamsGoOn() throws Exception {
        try (OpenGateway open = new OpenGateway(OpenGateway.CONFIG.withDrain(PERIOD))) {
            StockClient client = open.stockClient();
            StockClient.Stream first = client.subscribe();
            assertThat(first.next().hasPing()).isTrue();
            FakeFeed feedOfFirst = open.upstream.nextFeed();
            StockClient.Stream second = client.subscribe();
            assertThat(second.next().hasPing()).isTrue();
            FakeFeed feedOfSecond = open.upstream.nextFeed();

            var unused = open.gateway.drain();

            Status ended = CompletableFuture.anyOf(first.whenEnded(), second.whenEnded())
                    .thenApply(nothing -> first.isOpen() ? second.status() : first.status())
                    .get(PATIENCE_SECONDS, SECONDS);
            assertThat(ended.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(client.channel().getState(false)).isNotEqualTo(ConnectivityState.READY);
            StockClient.Stream left = first.isOpen() ? first : second;
            FakeFeed feed = first.isOpen() ? feedOfFirst : feedOfSecond;
            long until = System.nanoTime() + PERIOD.dividedBy(2).toNanos() - SECONDS.toNanos(1);
            int sent = 0;
            while (System.nanoTime() < until) { // beyond the second in which Armeria says GOAWAY for good
                feed.offer(Updates.account("m", sent, 100));
                assertThat(left.nextButPing().getAccount().getSlot()).isEqualTo(sent++);
                MILLISECONDS.sleep(20);
            }
            assertThat(left.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        }
    }

    @Test
    void inAHurryAllEndAtOnce() throws Exception {
        try (OpenGateway open = new OpenGateway(OpenGateway.CONFIG.withDrain(Duration.ofHours(1)))) {
            List<StockClient.Stream> streams = opened(open, open.stockClient(), 20);
            CompletableFuture<Void> drained = open.gateway.drain();

            open.gateway.hurry();

            assertThat(drained).succeedsWithin(Duration.ofSeconds(5));
            assertThat(streams)
                    .allSatisfy(stream -> assertThat(stream.status().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
        }
    }

    @Test
    void aClientThatDoesNotReadIsNotWaitedForLongerThanThePeriod() throws Exception {
        try (OpenGateway open = new OpenGateway(OpenGateway.CONFIG.withDrain(Duration.ofSeconds(1)))) {
            RawClient.Call stalled = open.rawClient().call(OpenGateway.SUBSCRIBE);
            FakeFeed feed = open.upstream.nextFeed();
            feed.offer(Updates.account("m", 1, 10_000_000));
            stalled.headers();

            assertThat(open.gateway.drain()).succeedsWithin(Duration.ofSeconds(5));
            feed.awaitClosed();
        }
    }

    @Test
    void withNobodyThereItIsOverAtOnce() throws Exception {
        try (OpenGateway open = new OpenGateway()) {
            open.stockClient().blocking().ping(PingRequest.getDefaultInstance());
            assertThat(open.gateway.drain()).succeedsWithin(Duration.ofSeconds(1));
        }
    }

    @Test
    void anotherGatewayTakesOverThePortWhileTheFirstDrains() throws Exception {
        GatewayConfig config = OpenGateway.CONFIG.withReusesPort(true).withDrain(Duration.ofHours(1));
        try (OpenGateway old = new OpenGateway(config)) {
            List<StockClient.Stream> streams = opened(old, old.stockClient(), 2);
            try (OpenGateway next = new OpenGateway(config.withListen(old.gateway.address()))) {
                var unused = old.gateway.drain();
                for (int i = 0; i < 50; i++) {
                    StockClient.Stream stream = next.stockClient().subscribe();
                    assertThat(stream.next().hasPing()).isTrue();
                    next.upstream.nextFeed();
                }
                assertThat(next.gateway.stats().streams().open()).isEqualTo(50);
                assertThat(streams).anyMatch(StockClient.Stream::isOpen);
            }
        }
    }

    private static List<StockClient.Stream> opened(OpenGateway open, StockClient client, int count) throws Exception {
        List<StockClient.Stream> streams = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StockClient.Stream stream = client.subscribe();
            assertThat(stream.next().hasPing()).isTrue();
            open.upstream.nextFeed();
            streams.add(stream);
        }
        return streams;
    }

    /** Whether a connection is taken and kept. The door may still be closing: then it is taken, and ended at once. */
    private static boolean isLetIn(InetSocketAddress address) {
        try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
            socket.setSoTimeout((int) SECONDS.toMillis(PATIENCE_SECONDS));
            return socket.getInputStream().read() >= 0;
        } catch (SocketTimeoutException kept) {
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    /** The most of these sorted times that lie within one stretch of that length. */
    private static int most(long[] times, Duration stretch) {
        int most = 0;
        int from = 0;
        for (int to = 0; to < times.length; to++) {
            while (times[to] - times[from] >= stretch.toNanos()) {
                from++;
            }
            most = Math.max(most, to - from + 1);
        }
        return most;
    }

    /** A health watch of the gateway itself. */
    private static final class Watch extends ClientCall.Listener<byte[]> {

        private final BlockingQueue<byte[]> told = new LinkedBlockingQueue<>();

        static Watch of(ManagedChannel channel) {
            Watch watch = new Watch();
            ClientCall<byte[], byte[]> call =
                    channel.newCall(RelayedMethod.named("grpc.health.v1.Health/Watch"), CallOptions.DEFAULT);
            call.start(watch, new Metadata());
            call.request(Integer.MAX_VALUE);
            call.sendMessage(ByteString.EMPTY.toByteArray());
            call.halfClose();
            return watch;
        }

        byte[] next() throws InterruptedException {
            return Objects.requireNonNull(told.poll(PATIENCE_SECONDS, SECONDS));
        }

        @Override
        public void onMessage(byte[] message) {
            told.add(message);
        }
    }
}
