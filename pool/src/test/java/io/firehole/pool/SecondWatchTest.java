package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.pool.metrics.ConnectionSecond;
import io.firehole.pool.metrics.MetricsSecond;
import io.firehole.pool.metrics.StreamSecond;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;

/** What a pool tells of every second. */
class SecondWatchTest {

    private final World world = new World(11).running();
    private final List<MetricsSecond> seconds = new ArrayList<>();
    private final AutoCloseable listening = world.pool.everySecond(seconds::add);

    private long sum(String monitor, ToLongFunction<StreamSecond> figure) {
        return seconds.stream()
                .flatMap(second -> second.streams().stream())
                .filter(stream -> stream.monitorId().equals(monitor))
                .mapToLong(figure)
                .sum();
    }

    private Reader joined(String id, SubscribeRequest request) {
        Reader reader = world.monitor(id);
        reader.ask(request);
        return reader;
    }

    @Test
    void countsForEachMonitorWhatItWasHanded() {
        Reader a = joined("a", World.transactions("x", 1, 2));
        Reader b = joined("b", World.slots("s"));
        world.pass(Duration.ofSeconds(20));

        assertThat(a.received).isNotEmpty();
        assertThat(sum("a", StreamSecond::messages)).isEqualTo(a.stream.written());
        assertThat(sum("a", StreamSecond::messages)).isEqualTo(a.received.size());
        assertThat(sum("a", StreamSecond::bytes)).isEqualTo(a.stream.bytes());
        assertThat(sum("a", second -> second.latency().count())).isEqualTo(a.received.size());
        assertThat(sum("b", StreamSecond::messages)).isEqualTo(b.received.size());
        assertThat(sum("a", StreamSecond::errors) + sum("a", StreamSecond::reconnects))
                .isZero();
    }

    @Test
    void namesEverySecondOnceAndInOrder() {
        joined("a", World.slots("s"));
        world.pass(Duration.ofSeconds(10));

        assertThat(seconds).hasSizeBetween(9, 11);
        assertThat(seconds)
                .extracting(MetricsSecond::begin)
                .doesNotHaveDuplicates()
                .isSorted();
        Instant last = seconds.getLast().begin();
        assertThat(Duration.between(seconds.getFirst().begin(), last)).hasSeconds(seconds.size() - 1);
        assertThat(last.plusSeconds(1)).isBeforeOrEqualTo(Instant.ofEpochSecond(0, world.time.nanos()));
    }

    @Test
    void countsWhatAMonitorGotThatLeftWithinTheSecond() {
        world.pass(Duration.ofMillis(1_050 - world.time.nanos() / 1_000_000 % 1_000));
        Reader a = joined("a", World.slots("s"));
        world.pass(Duration.ofMillis(2_800));
        int received = a.received.size();
        a.stream.close();
        world.pass(Duration.ofSeconds(3));

        assertThat(received).isPositive();
        assertThat(sum("a", StreamSecond::messages)).isEqualTo(received);
        assertThat(seconds.getLast().streams()).isEmpty();
    }

    @Test
    void measuresHowLongUpdatesWaitedForASlowReader() {
        Reader a = joined("a", World.slots("s"));
        world.pass(Duration.ofSeconds(3));
        a.stalled = true;
        world.pass(Duration.ofSeconds(2));
        seconds.clear();
        a.stalled = false;
        a.read();
        world.pass(Duration.ofSeconds(1));

        StreamSecond after = seconds.getFirst().streams().getFirst();
        assertThat(after.latency().maxMicros()).isBetween(1_500_000L, 2_050_000L);
        assertThat(after.latency().p50Micros()).isBetween(200_000L, 2_050_000L);
    }

    @Test
    void countsABreakForEveryMonitorOnTheCall() {
        joined("a", World.slots("s"));
        joined("b", World.transactions("x", 1));
        world.pass(Duration.ofSeconds(2));
        world.provider.open().getFirst().cut("reset by peer");
        world.pass(Duration.ofSeconds(10));

        assertThat(sum("a", StreamSecond::reconnects)).isEqualTo(1);
        assertThat(sum("b", StreamSecond::reconnects)).isEqualTo(1);
    }

    @Test
    void countsAnErrorForTheMonitorThatGotIt() {
        joined("good", World.slots("s"));
        Reader bad = world.monitor("bad");
        assertThatThrownBy(() -> bad.stream.request(SubscribeRequest.newBuilder()
                        .putTransactions(
                                "x",
                                SubscribeRequestFilterTransactions.newBuilder()
                                        .addAccountInclude("no key")
                                        .build())
                        .build()))
                .hasMessageContaining("Base58");
        world.pass(Duration.ofSeconds(3));

        assertThat(sum("bad", StreamSecond::errors)).isEqualTo(1);
        assertThat(sum("good", StreamSecond::errors)).isZero();
    }

    @Test
    void countsForEachConnectionWhatCameOverIt() {
        long before = world.pool.stats().totals().updates();
        joined("a", World.transactions("x", 1, 2));
        world.pass(Duration.ofSeconds(10));
        world.pass(Duration.ofMillis(1_000 - world.time.nanos() / 1_000_000 % 1_000));

        long told = seconds.stream()
                .flatMap(second -> second.connections().stream())
                .mapToLong(ConnectionSecond::updates)
                .sum();
        assertThat(told).isPositive().isEqualTo(world.pool.stats().totals().updates() - before);
        ConnectionSecond connection = seconds.getLast().connections().getFirst();
        assertThat(connection.group()).isEqualTo("medium");
        assertThat(seconds.stream()
                        .flatMap(second -> second.streams().stream())
                        .filter(stream -> stream.messages() > 0))
                .as("who got something got it over that connection, in the first second too")
                .isNotEmpty()
                .allMatch(stream -> stream.connectionId() == connection.connectionId());
    }

    @Test
    void tellsNothingMoreToWhomItIsToForget() throws Exception {
        joined("a", World.slots("s"));
        world.pass(Duration.ofSeconds(3));
        listening.close();
        int told = seconds.size();
        world.pass(Duration.ofSeconds(3));
        assertThat(seconds).hasSize(told);

        // Who listens again is told of no second before.
        world.pool.everySecond(seconds::add);
        seconds.clear();
        world.pass(Duration.ofSeconds(2));
        assertThat(sum("a", StreamSecond::messages)).isLessThan(20);
    }

    @Test
    void goesOnThoughOneListenerFails() {
        List<MetricsSecond> others = new ArrayList<>();
        world.pool.everySecond(second -> {
            throw new IllegalStateException("broken");
        });
        world.pool.everySecond(others::add);
        world.pass(Duration.ofSeconds(3));
        assertThat(others).hasSizeGreaterThanOrEqualTo(2);
    }
}
