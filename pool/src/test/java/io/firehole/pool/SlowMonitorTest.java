package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.pool.MailboxLimits.OverrunPolicy;
import io.firehole.pool.buffer.BufferLimits;
import io.firehole.pool.memory.MemoryPressure;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterEntry;
import io.firehole.wire.proto.SubscribeUpdate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What monitors that read too slowly get, lose and cost. */
class SlowMonitorTest {

    @TempDir
    private Path folder;

    private static final int UPDATES = 50;
    private static final Pattern LAST_COMPLETE = Pattern.compile("last complete slot (\\d+)$");

    private static World world(OverrunPolicy policy) {
        return new World(
                        6,
                        PoolConfig.DEFAULT
                                .withIntegritySamplesPerSecond(0)
                                .withBuffer(BufferLimits.OFF)
                                .withMailbox(new MailboxLimits(UPDATES, 1 << 20, policy)))
                .running();
    }

    private static SubscribeRequest transactionsAndEntries() {
        return World.transactions("x").toBuilder()
                .putEntry("e", SubscribeRequestFilterEntry.getDefaultInstance())
                .build();
    }

    private static long slotOf(SubscribeUpdate update) {
        return update.hasTransaction()
                ? update.getTransaction().getSlot()
                : update.hasEntry()
                        ? update.getEntry().getSlot()
                        : update.getAccount().getSlot();
    }

    private static List<SubscribeUpdate> upTo(long slot, List<SubscribeUpdate> updates) {
        return updates.stream().filter(update -> slotOf(update) <= slot).toList();
    }

    private static List<String> keys(long from, List<SubscribeUpdate> updates) {
        return updates.stream()
                .filter(update -> slotOf(update) >= from)
                .map(update -> update.hasEntry()
                        ? "entry " + slotOf(update) + " " + update.getEntry().getIndex()
                        : "transaction " + slotOf(update) + " "
                                + update.getTransaction().getTransaction().getIndex())
                .toList();
    }

    @Test
    void tellsWhoIsCutTheLastSlotThatItHasWhole() {
        for (int before = 0; before < 20; before++) {
            World world = world(OverrunPolicy.DISCONNECT);
            Reader quick = world.monitor("quick");
            Reader slow = world.monitor("slow");
            quick.ask(transactionsAndEntries());
            slow.ask(transactionsAndEntries());
            world.pass(Duration.ofSeconds(3).plusMillis(37L * before));
            slow.stalled = true;
            world.pass(Duration.ofSeconds(20));
            assertThat(slow.stream.waiting()).isEqualTo(UPDATES);

            slow.stalled = false;
            GrpcStatus end = Objects.requireNonNull(slow.ended());
            assertThat(end.code()).isEqualTo(GrpcStatus.Code.RESOURCE_EXHAUSTED);
            assertThat(end.message()).contains("limit 50 updates (pool.mailbox-updates)");
            Matcher said = LAST_COMPLETE.matcher(end.message());
            assertThat(said.find()).as(end.message()).isTrue();
            long whole = Long.parseLong(said.group(1));
            assertThat(upTo(whole, slow.received)).isEqualTo(upTo(whole, quick.received));
            assertThat(upTo(whole + 1, slow.received))
                    .as("and not the one after it")
                    .hasSizeLessThan(upTo(whole + 1, quick.received).size());
            assertThat(quick.ended()).isNull();
            assertThat(world.pool.stats().slow().overruns()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"PROCESSED", "CONFIRMED", "FINALIZED"})
    void tellsThatAlsoWhoIsCutByWhatItMissed(CommitmentLevel level) {
        SubscribeRequest request =
                transactionsAndEntries().toBuilder().setCommitment(level).build();
        for (int before = 0; before < 20; before++) {
            World world = world(OverrunPolicy.DISCONNECT);
            Reader slow = world.monitor("slow");
            slow.ask(request);
            world.pass(Duration.ofSeconds(17).plusMillis(37L * before));
            slow.stalled = true;
            for (int breaks = before % 3; breaks >= 0; breaks--) {
                world.provider.accepts = id -> false;
                world.provider.open().getFirst().cut("reset by peer");
                world.pass(Duration.ofSeconds(4));
                world.provider.accepts = id -> true;
                while (world.provider.streams().isEmpty()) {
                    world.pass(Duration.ofMillis(10));
                }
                world.pass(Duration.ofMillis(breaks == 0 ? 20_000 : 50));
            }

            slow.stalled = false;
            GrpcStatus end = Objects.requireNonNull(slow.ended());
            Matcher said = LAST_COMPLETE.matcher(end.message());
            assertThat(said.find())
                    .as("%s, %d: %s", level, before, end.message())
                    .isTrue();
            long whole = Long.parseLong(said.group(1));
            List<SubscribeUpdate> kept = upTo(whole, slow.received);
            long from = slotOf(kept.getFirst()) + 1;
            List<SubscribeUpdate> sent = world.events.stream()
                    .filter(event -> event.rings().contains(level))
                    .map(FakeChain.Event::update)
                    .filter(update -> update.hasTransaction() || update.hasEntry())
                    .toList();
            assertThat(keys(from, kept))
                    .isNotEmpty()
                    .containsExactlyInAnyOrderElementsOf(keys(from, upTo(whole, sent)));
        }
    }

    @Test
    void dropsTheOldestOfWhoWantsThatAndTellsWhichSlots() {
        World world = world(OverrunPolicy.DROP_OLDEST);
        Reader quick = world.monitor("quick");
        Reader slow = world.monitor("slow");
        quick.ask(transactionsAndEntries());
        slow.ask(transactionsAndEntries());
        world.pass(Duration.ofSeconds(3));
        slow.stalled = true;
        int had = slow.received.size();
        world.pass(Duration.ofSeconds(20));
        assertThat(slow.stream.waiting()).isLessThanOrEqualTo(UPDATES);

        PoolStats.MonitorStats behind = world.stats("slow");
        assertThat(behind.lag().slots().orElseThrow()).isBetween(3L, 10L);
        assertThat(behind.lag().policy()).isEqualTo(OverrunPolicy.DROP_OLDEST);
        assertThat(world.stats("quick").lag().slots()).hasValue(0);
        slow.stalled = false;
        slow.read();
        world.pass(Duration.ofSeconds(3));

        assertThat(slow.ended()).isNull();
        List<SubscribeUpdate> lost = quick.received.subList(
                had, had + (int) world.pool.stats().slow().dropped());
        assertThat(slow.received.subList(0, had)).isEqualTo(quick.received.subList(0, had));
        assertThat(slow.received.subList(had, slow.received.size()))
                .isEqualTo(quick.received.subList(had + lost.size(), quick.received.size()));
        List<PoolEvent> events = world.events().stream()
                .filter(event -> event.kind().equals("slow-monitor"))
                .toList();
        assertThat(events).allMatch(event -> event.monitorId().equals("slow"));
        assertThat(events.getFirst().text()).contains("of slots " + slotOf(lost.getFirst()) + " to ");
        assertThat(events.getLast().text()).endsWith(" to " + slotOf(lost.getLast()));
        assertThat(events).as("told once a second").hasSizeLessThan(22);
        assertThat(world.pool.stats().slow().losses()).isEqualTo(events.size());
        List<Gap> gaps = world.pool.stats().gaps();
        assertThat(gaps).hasSameSizeAs(events).allMatch(gap -> gap.cause() == Gap.Cause.SLOW_MONITOR);
        assertThat(gaps.getFirst().firstSlot()).isEqualTo(slotOf(lost.getFirst()));
        assertThat(gaps.getLast().lastSlot()).isEqualTo(slotOf(lost.getLast()));
    }

    private World spilling(SpillRules rules) {
        return new World(
                        6,
                        PoolConfig.DEFAULT
                                .withBuffer(BufferLimits.OFF)
                                .withIntegritySamplesPerSecond(0)
                                .withSlow(SlowMonitorRules.DEFAULT.withSpill(rules))
                                .withMailbox(new MailboxLimits(UPDATES, 1 << 20, OverrunPolicy.SPILL)))
                .running();
    }

    @Test
    void keepsOnDiskWhatDoesNotFitAndGivesAllOfItInOrder() {
        World world = spilling(SpillRules.in(folder));
        Reader quick = world.monitor("quick");
        Reader slow = world.monitor("slow");
        quick.ask(transactionsAndEntries());
        slow.ask(transactionsAndEntries());
        world.pass(Duration.ofSeconds(3));
        slow.stalled = true;
        world.pass(Duration.ofSeconds(60));

        PoolStats.MonitorStats behind = world.stats("slow");
        PoolStats.SpillStats disk = world.pool.stats().slow().spill();
        assertThat(behind.waiting()).isGreaterThan(3L * UPDATES);
        assertThat(behind.lag().stored()).isBetween(behind.waiting() - UPDATES, behind.waiting());
        assertThat(disk.spilled()).isEqualTo(behind.lag().stored() + disk.readBack());
        assertThat(disk.bytes()).isGreaterThan(behind.lag().storedBytes());
        assertThat(world.pool.stats().memory().used()).as("of memory").isLessThan(behind.waitingBytes());

        slow.stalled = false;
        slow.read();
        world.pass(Duration.ofSeconds(3));
        assertThat(slow.ended()).isNull();
        assertThat(slow.received).isEqualTo(quick.received);
        assertThat(world.pool.stats().slow().spill().bytes()).isZero();
        world.pool.close();
        world.pass(Duration.ofSeconds(1));
        assertThat(folder.toFile().list()).containsExactly("lock");
    }

    @Test
    void tellsWhoNeedsMoreDiskThanThereIsTheLastSlotThatItHasWhole() {
        World world = spilling(new SpillRules(folder, 40_000, 40_000));
        Reader quick = world.monitor("quick");
        Reader slow = world.monitor("slow");
        quick.ask(transactionsAndEntries());
        slow.ask(transactionsAndEntries());
        world.pass(Duration.ofSeconds(3));
        slow.stalled = true;
        world.pass(Duration.ofMinutes(2));
        slow.stalled = false;
        slow.read();
        world.pass(Duration.ofSeconds(1));

        GrpcStatus end = Objects.requireNonNull(slow.ended());
        assertThat(end.code()).isEqualTo(GrpcStatus.Code.RESOURCE_EXHAUSTED);
        assertThat(end.message()).contains("limit 40000 bytes on disk for one monitor (mailbox.spill-max)");
        Matcher said = LAST_COMPLETE.matcher(end.message());
        assertThat(said.find()).as(end.message()).isTrue();
        long whole = Long.parseLong(said.group(1));
        assertThat(upTo(whole, slow.received)).isEqualTo(upTo(whole, quick.received));
        assertThat(slow.received.size()).isGreaterThan(3 * UPDATES);
        assertThat(quick.ended()).isNull();
        assertThat(world.pool.stats().slow().spill().refused()).isPositive();
    }

    @Test
    void givesWhoWantsThatTheLatestOfEachAccount() {
        World world = world(OverrunPolicy.LATEST_PER_ACCOUNT);
        Reader quick = world.monitor("quick");
        Reader slow = world.monitor("slow");
        quick.ask(World.accounts("x", 0, 1, 2, 3, 4, 5, 6, 7));
        slow.ask(World.accounts("x", 0, 1, 2, 3, 4, 5, 6, 7));
        world.pass(Duration.ofSeconds(3));
        slow.stalled = true;
        world.pass(Duration.ofMinutes(2));
        slow.stalled = false;
        slow.read();

        PoolStats stats = world.pool.stats();
        assertThat(stats.slow().conflated()).isPositive();
        assertThat(stats.slow().dropped()).isZero();
        assertThat(slow.received.size() + stats.slow().conflated()).isEqualTo(quick.received.size());
        for (int key = 0; key < 8; key++) {
            String account = FakeChain.key(key);
            assertThat(last(account, slow.received)).isEqualTo(last(account, quick.received));
        }
    }

    private static SubscribeUpdate last(String account, List<SubscribeUpdate> updates) {
        return updates.stream()
                .filter(update -> io.firehole.filters.Base58.encode(
                                update.getAccount().getAccount().getPubkey().toByteArray())
                        .equals(account))
                .reduce((one, later) -> later)
                .orElseThrow();
    }

    @Test
    void treatsEachMonitorByItsOwnPolicy() {
        World world = new World(
                        6,
                        PoolConfig.DEFAULT
                                .withMailbox(new MailboxLimits(UPDATES, 1 << 20, OverrunPolicy.DISCONNECT))
                                .withSlow(SlowMonitorRules.DEFAULT.withPolicies(
                                        MonitorNames.of(Map.of("patient-*", OverrunPolicy.DROP_OLDEST)))))
                .running();
        Reader patient = world.monitor("patient-one");
        Reader other = world.monitor("other");
        patient.ask(transactionsAndEntries());
        other.ask(transactionsAndEntries());
        patient.stalled = true;
        other.stalled = true;
        world.pass(Duration.ofSeconds(20));
        assertThat(world.pool.stats().monitors())
                .extracting(PoolStats.MonitorStats::id)
                .containsExactly("patient-one");
    }

    @Test
    void refusesNewMonitorsThenHalvesMailboxesThenCutsTheLargestAsMemoryRunsOut() {
        long max = 400_000;
        World world = new World(
                        6,
                        PoolConfig.DEFAULT
                                .withIntegritySamplesPerSecond(0)
                                .withSlow(SlowMonitorRules.DEFAULT.withBuffersMaxBytes(max)))
                .running();
        Reader quick = world.monitor("quick");
        quick.ask(transactionsAndEntries());
        Reader largest = world.monitor("largest");
        largest.ask(transactionsAndEntries());
        largest.stalled = true;
        Reader smaller = world.monitor("smaller");
        smaller.ask(World.transactions("x", 1));
        smaller.stalled = true;
        Reader refused = null;
        while (largest.stream.ended() == null) {
            world.pass(Duration.ofMillis(200));
            PoolStats.MemoryStats memory = world.pool.stats().memory();
            assertThat(memory.used()).isLessThanOrEqualTo(max);
            if (memory.pressure() == MemoryPressure.REFUSING && refused == null) {
                refused = world.monitor("refused");
            }
        }
        GrpcStatus end = Objects.requireNonNull(largest.ended());
        assertThat(end.code()).isEqualTo(GrpcStatus.Code.RESOURCE_EXHAUSTED);
        assertThat(end.message()).contains("memory.buffers-max");
        assertThat(largest.received).as("what waited is forgotten").isEmpty();
        assertThat(Objects.requireNonNull(refused).ended()).isNotNull();
        assertThat(Objects.requireNonNull(refused.ended()).message()).contains("memory.buffers-max");

        PoolStats.MemoryStats memory = world.pool.stats().memory();
        assertThat(memory.refusedMonitors()).isEqualTo(1);
        assertThat(memory.timesRefusing()).isEqualTo(1);
        assertThat(memory.timesTight()).isEqualTo(1);
        assertThat(memory.timesCutting()).isEqualTo(1);
        assertThat(memory.cutMonitors()).isEqualTo(1);
        assertThat(memory.pressure()).isEqualTo(MemoryPressure.NONE);
        assertThat(world.events()).extracting(PoolEvent::kind).contains("memory", "memory-cut");
        assertThat(smaller.ended()).isNull();
        assertThat(quick.ended()).isNull();
        int received = quick.received.size();
        world.pass(Duration.ofSeconds(2));
        assertThat(quick.received).hasSizeGreaterThan(received);
        assertThat(world.monitor("later").ended()).isNull();
    }

    @Test
    void countsNothingForThoseWhoAreGone() {
        World world = world(OverrunPolicy.DROP_OLDEST);
        for (int i = 0; i < 5; i++) {
            Reader reader = world.monitor("m" + i);
            reader.ask(transactionsAndEntries());
            reader.stalled = true;
            world.pass(Duration.ofSeconds(30));
            reader.stream.close();
        }
        world.pass(Duration.ofSeconds(2));
        assertThat(world.pool.stats().memory().used()).isZero();
        assertThat(world.pool.stats().memory().usedMost()).isPositive();
        assertThat(world.pool.stats().slow().dropped()).isPositive();
    }
}
