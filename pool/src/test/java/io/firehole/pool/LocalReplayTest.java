package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.pool.buffer.BufferLimits;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SlotStatus;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterBlocks;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeRequestFilterEntry;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeUpdate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that come back with {@code from_slot} and find what they missed here. */
class LocalReplayTest {

    private static final int SEEDS = "true".equals(System.getenv("CI")) ? 60 : 12;

    private static final MailboxLimits MAILBOX_OF_8 =
            new MailboxLimits(8, 1 << 20, MailboxLimits.OverrunPolicy.DISCONNECT);
    private static final MailboxLimits MAILBOX_OF_256 =
            new MailboxLimits(256, 1 << 20, MailboxLimits.OverrunPolicy.DISCONNECT);

    private World world = new World(1);

    @ParameterizedTest
    @EnumSource(names = {"PROCESSED", "CONFIRMED", "FINALIZED"})
    void givesWhoComesBackWhatAReplayOfTheProviderGives(CommitmentLevel level) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Random random = new Random(seed);
            world = new World(seed).running();
            List<SubscribeRequest> asked = new ArrayList<>();
            List<Reader> gone = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                SubscribeRequest request = some(random, level);
                asked.add(request);
                Reader reader = world.monitor("m" + i);
                reader.ask(request);
                gone.add(reader);
                world.pass(Duration.ofMillis(random.nextInt(900)));
            }
            world.pass(Duration.ofSeconds(8));
            for (int i = 0; i < 3; i++) {
                gone.get(i).stream.close();
                world.pass(Duration.ofMillis(random.nextInt(1_500)));
            }
            List<Reader> back = new ArrayList<>();
            List<Long> from = new ArrayList<>();
            long replaysBefore = replaysAsked();
            for (int i = 0; i < 3; i++) {
                long slot = 1_015L + random.nextInt(8);
                from.add(slot);
                Reader reader = world.monitor("m" + i);
                reader.ask(asked.get(i).toBuilder().setFromSlot(slot).build());
                back.add(reader);
                world.pass(Duration.ofMillis(random.nextInt(500)));
            }
            world.pass(Duration.ofSeconds(8));
            assertThat(replaysAsked()).as("seed " + seed).isEqualTo(replaysBefore);
            for (int i = 0; i < 3; i++) {
                assertThat(world.stats("m" + i).activeFromSlot()).hasValue(from.get(i));
                assertSame(back.get(i), asked.get(i), from.get(i), "seed " + seed + ", m" + i + " " + asked.get(i));
            }
            assertThat(world.pool.gaps(Optional.empty(), 10)).isEmpty();
        }
    }

    @Test
    void asksTheProviderForWhatNobodyAskedBefore() {
        world = new World(5).running();
        world.monitor("other").ask(World.transactions("t", 1));
        world.pass(Duration.ofSeconds(6));
        Reader reader = world.monitor("m");
        SubscribeRequest request = World.transactions("t", 2);
        reader.ask(request.toBuilder().setFromSlot(1_008).build());
        world.pass(Duration.ofSeconds(6));
        assertThat(replaysAsked()).isEqualTo(1);
        assertThat(world.pool.stats().buffer().misses()).containsEntry("filter-not-asked", 1L);
        assertSame(reader, request, 1_008, "by the provider");
    }

    @Test
    void asksTheProviderForWhatAFilterMissedBeforeItWasInEffect() {
        world = new World(6).running();
        world.monitor("other").ask(World.transactions("t", 1));
        world.pass(Duration.ofSeconds(4));
        Reader first = world.monitor("m");
        first.ask(World.transactions("t", 2));
        world.pass(Duration.ofSeconds(4));
        long whole = world.stats("m").activeFromSlot().orElseThrow();
        first.stream.close();
        Reader early = world.monitor("early");
        early.ask(World.transactions("t", 2).toBuilder().setFromSlot(whole - 1).build());
        world.pass(Duration.ofSeconds(4));
        assertThat(replaysAsked()).isEqualTo(1);
        assertSame(early, World.transactions("t", 2), whole - 1, "early");
        Reader right = world.monitor("right");
        right.ask(World.transactions("u", 2).toBuilder().setFromSlot(whole).build());
        world.pass(Duration.ofSeconds(4));
        assertThat(replaysAsked()).isEqualTo(1);
        assertSame(right, World.transactions("u", 2), whole, "right");
    }

    @Test
    void asksTheProviderForWhatIsNotKeptAnyMore() {
        world = new World(7, PoolConfig.DEFAULT.withBuffer(BufferLimits.DEFAULT.withSlotsMax(8))).running();
        world.monitor("other").ask(World.transactions("t", 1));
        world.pass(Duration.ofSeconds(8));
        Reader reader = world.monitor("m");
        reader.ask(World.transactions("t", 1).toBuilder().setFromSlot(1_009).build());
        world.pass(Duration.ofSeconds(4));
        assertThat(replaysAsked()).isEqualTo(1);
        assertThat(world.pool.stats().buffer().misses()).containsEntry("too-old", 1L);
        assertThat(world.pool.stats().buffer().slots()).isLessThanOrEqualTo(9);
        assertSame(reader, World.transactions("t", 1), 1_009, "by the provider");
    }

    @Test
    void asksTheProviderForTheRestIfItIsGivenUpWhileItIsRead() {
        world = new World(
                        8,
                        PoolConfig.DEFAULT.withMailbox(MAILBOX_OF_8).withBuffer(BufferLimits.DEFAULT.withSlotsMax(24)))
                .running();
        SubscribeRequest request = everything(CommitmentLevel.PROCESSED);
        Reader other = world.monitor("other");
        other.ask(request);
        world.pass(Duration.ofSeconds(8));
        // What reads is so slow that the buffer moves on meanwhile.
        Reader reader = readPieceByPiece(request, 12, Duration.ofMillis(600));
        assertThat(world.pool.stats().buffer().misses()).containsEntry("given-up", 1L);
        assertThat(replaysAsked()).isEqualTo(1);
        assertSame(reader, request, 1_010, "half of it by the provider");
    }

    @Test
    void goesOnForAsLongAsItTakesToReadWhatIsHere() {
        world = new World(8, PoolConfig.DEFAULT.withMailbox(MAILBOX_OF_8)).running();
        SubscribeRequest request = everything(CommitmentLevel.PROCESSED);
        world.monitor("other").ask(request);
        world.pass(Duration.ofSeconds(8));
        // Longer than it is waited for that something can be asked for at all.
        Reader reader = readPieceByPiece(request, 10, Duration.ofSeconds(2));
        assertThat(world.pool.gaps(Optional.empty(), 10)).isEmpty();
        assertThat(replaysAsked()).isZero();
        assertSame(reader, request, 1_010, "slowly");
    }

    /** A monitor that gets what is here from slot 1,010 on, so many pieces of it one by one with that time in between. */
    private Reader readPieceByPiece(SubscribeRequest request, int pieces, Duration each) {
        Queue<Runnable> waiting = new ArrayDeque<>();
        world.callbacks = waiting::add;
        Reader reader = world.monitor("m");
        reader.ask(request.toBuilder().setFromSlot(1_010).build());
        for (int i = 0; i < pieces; i++) {
            world.pass(each);
            Runnable piece = waiting.poll();
            if (piece != null) {
                piece.run();
            }
        }
        world.callbacks = world.time::execute;
        List.copyOf(waiting).forEach(Runnable::run);
        world.pass(Duration.ofSeconds(8));
        return reader;
    }

    @Test
    void waitsForAClientThatReadsSlowly() {
        world = new World(9, PoolConfig.DEFAULT.withMailbox(MAILBOX_OF_256)).running();
        SubscribeRequest request = everything(CommitmentLevel.PROCESSED);
        world.monitor("other").ask(request);
        world.pass(Duration.ofSeconds(12));
        Reader reader = world.monitor("m");
        reader.stalled = true;
        reader.ask(request.toBuilder().setFromSlot(1_008).build());
        for (int i = 0; i < 20; i++) {
            world.pass(Duration.ofMillis(100));
            assertThat(world.stats("m").waiting()).isLessThanOrEqualTo(256);
        }
        reader.stalled = false;
        reader.read();
        world.pass(Duration.ofSeconds(4));
        assertThat(reader.ended()).isNull();
        assertSame(reader, request, 1_008, "after a rest");
    }

    @ParameterizedTest
    @EnumSource(names = {"PROCESSED", "CONFIRMED", "FINALIZED"})
    void givesAtOnceWhatIsHere(CommitmentLevel level) {
        world = new World(10).running();
        SubscribeRequest request = everything(level);
        world.monitor("other").ask(request);
        world.pass(Duration.ofSeconds(10));
        world.pass(Duration.ofMillis(130));
        Reader reader = world.monitor("m");
        reader.ask(request.toBuilder().setFromSlot(1_012).build());
        long sealed = world.pool.stats().streams().getFirst().lastSealedSlot().orElseThrow();
        // Its filters count from the next update on that comes on the call.
        world.pass(level == CommitmentLevel.PROCESSED ? Duration.ofMillis(60) : FakeChain.SLOT);
        assertThat(reader.received.stream()
                        .filter(SubscribeUpdate::hasBlockMeta)
                        .map(LocalReplayTest::slot))
                .startsWith(1_012L, 1_013L)
                .contains(sealed);
        world.pass(Duration.ofSeconds(5));
        assertThat(replaysAsked()).isZero();
        assertSame(reader, request, 1_012, level + " in two pieces");
    }

    @Test
    void givesFiftyWhoComeBackOneAfterTheOtherAllTheyMissed() {
        GroupLimits together = new GroupLimits(0.4, 100);
        world = new World(11, PoolConfig.DEFAULT.withGroup(Group.MEDIUM, together)).running();
        SubscribeRequest request = everything(CommitmentLevel.PROCESSED);
        world.monitor("other").ask(request);
        world.pass(Duration.ofSeconds(8));
        List<Reader> back = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Reader reader = world.monitor("m" + i);
            reader.ask(request.toBuilder().setFromSlot(1_008 + i % 5).build());
            back.add(reader);
            world.pass(Duration.ofMillis(20));
        }
        world.pass(Duration.ofSeconds(5));
        assertThat(replaysAsked()).isZero();
        assertThat(world.pool.stats().buffer().hits()).isEqualTo(50);
        for (int i = 0; i < 50; i++) {
            assertThat(back.get(i).ended()).isNull();
            assertSame(back.get(i), request, 1_008 + i % 5, "m" + i);
        }
    }

    private long replaysAsked() {
        return world.provider.asked.stream()
                .filter(SubscribeRequest::hasFromSlot)
                .count();
    }

    private static SubscribeRequest everything(CommitmentLevel level) {
        return SubscribeRequest.newBuilder()
                .setCommitment(level)
                .putTransactions("t", SubscribeRequestFilterTransactions.getDefaultInstance())
                .putTransactionsStatus("ts", SubscribeRequestFilterTransactions.getDefaultInstance())
                .putAccounts("a", SubscribeRequestFilterAccounts.getDefaultInstance())
                .putEntry("e", SubscribeRequestFilterEntry.getDefaultInstance())
                .putBlocks("b", SubscribeRequestFilterBlocks.getDefaultInstance())
                .putBlocksMeta("m", SubscribeRequestFilterBlocksMeta.getDefaultInstance())
                .putSlots("s", SubscribeRequestFilterSlots.getDefaultInstance())
                .build();
    }

    private static SubscribeRequest some(Random random, CommitmentLevel level) {
        SubscribeRequest all = everything(level);
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder().setCommitment(level);
        if (random.nextInt(3) == 0) {
            return all;
        }
        for (int i = 0; i < 3; i++) {
            String name = "n" + i;
            switch (random.nextInt(6)) {
                case 0 ->
                    request.putTransactions(
                            name,
                            SubscribeRequestFilterTransactions.newBuilder()
                                    .addAccountInclude(FakeChain.key(random.nextInt(4)))
                                    .build());
                case 1 -> request.putAllAccounts(all.getAccountsMap());
                case 2 ->
                    request.putAccounts(
                            name,
                            SubscribeRequestFilterAccounts.newBuilder()
                                    .addAccount(FakeChain.key(random.nextInt(4)))
                                    .build());
                case 3 -> request.putAllBlocks(all.getBlocksMap());
                case 4 ->
                    request.putSlots(
                            name,
                            SubscribeRequestFilterSlots.newBuilder()
                                    .setFilterByCommitment(random.nextBoolean())
                                    .build());
                default -> request.putAllBlocksMeta(all.getBlocksMetaMap()).putAllEntry(all.getEntryMap());
            }
        }
        return request.build();
    }

    /**
     * What was received is a provider's replay up to some slot that had not begun long before it was asked, and what came live
     * from there on.
     */
    private void assertSame(Reader reader, SubscribeRequest request, long from, String which) {
        FilterSet filters = compiled(request);
        List<SubscribeUpdate> inOrder = new ArrayList<>();
        Map<Long, List<SlotStatus>> statuses = new HashMap<>();
        for (SubscribeUpdate update : reader.received) {
            if (update.hasPing()) {
                continue;
            }
            if (update.hasSlot()) {
                statuses.computeIfAbsent(update.getSlot().getSlot(), slot -> new ArrayList<>())
                        .add(update.getSlot().getStatus());
            }
            if (!update.hasSlot() || update.getSlot().getStatus() == seal(request.getCommitment())) {
                inOrder.add(sorted(update));
            }
        }
        statuses.forEach((slot, told) -> assertThat(told)
                .as(which + ", statuses of slot " + slot)
                .doesNotHaveDuplicates()
                .isSorted());
        String best = "";
        int furthest = -1;
        long last = inOrder.isEmpty() ? from : slot(inOrder.getLast());
        for (long boundary = from; boundary <= last + 1; boundary++) {
            List<SubscribeUpdate> expected = expected(request, filters, from, boundary);
            if (expected.size() > inOrder.size()) {
                expected = expected.subList(0, inOrder.size());
            }
            if (expected.equals(inOrder)) {
                assertComplete(statuses, request, filters, from, which);
                return;
            }
            int same = 0;
            while (same < Math.min(expected.size(), inOrder.size())
                    && expected.get(same).equals(inOrder.get(same))) {
                same++;
            }
            if (same > furthest) {
                furthest = same;
                best = "with boundary " + boundary + " the same up to " + same + ", then expected "
                        + brief(expected, same) + ", but got " + brief(inOrder, same);
            }
        }
        assertThat(best).as(which).isEmpty();
    }

    private static String brief(List<SubscribeUpdate> updates, int from) {
        return updates.subList(from, Math.min(updates.size(), from + 3)).stream()
                .map(update -> update.getUpdateOneofCase() + " of " + slot(update))
                .toList()
                .toString();
    }

    private void assertComplete(
            Map<Long, List<SlotStatus>> statuses,
            SubscribeRequest request,
            FilterSet filters,
            long from,
            String which) {
        long last = statuses.keySet().stream().mapToLong(slot -> slot).max().orElse(0) - 10;
        for (FakeChain.Event event : world.chain.replay(from, request.getCommitment())) {
            SubscribeUpdate update = event.update();
            if (update.hasSlot()
                    && slot(update) <= last
                    && !event.seenBy(filters).isEmpty()) {
                assertThat(statuses.get(slot(update)))
                        .as(which + ", slot " + slot(update))
                        .contains(update.getSlot().getStatus());
            }
        }
    }

    private List<SubscribeUpdate> expected(SubscribeRequest request, FilterSet filters, long from, long boundary) {
        List<SubscribeUpdate> expected = new ArrayList<>();
        for (FakeChain.Event event : world.chain.replay(from, request.getCommitment())) {
            if (slot(event.update()) < boundary) {
                add(event, request, filters, expected);
            }
        }
        for (FakeChain.Event event : world.events) {
            if (slot(event.update()) >= boundary) {
                add(event, request, filters, expected);
            }
        }
        return expected;
    }

    private static void add(
            FakeChain.Event event, SubscribeRequest request, FilterSet filters, List<SubscribeUpdate> expected) {
        SubscribeUpdate update = event.update();
        if (!update.hasSlot() || update.getSlot().getStatus() == seal(request.getCommitment())) {
            event.seenBy(filters).forEach(seen -> expected.add(sorted(seen)));
        }
    }

    private static SubscribeUpdate sorted(SubscribeUpdate update) {
        List<String> names = new ArrayList<>(update.getFiltersList());
        names.sort(null);
        return update.toBuilder().clearFilters().addAllFilters(names).build();
    }

    private static SlotStatus seal(CommitmentLevel level) {
        return switch (level) {
            case CONFIRMED -> SlotStatus.SLOT_CONFIRMED;
            case FINALIZED -> SlotStatus.SLOT_FINALIZED;
            default -> SlotStatus.SLOT_PROCESSED;
        };
    }

    private static FilterSet compiled(SubscribeRequest request) {
        try {
            return FilterSet.compile(request, FilterLimits.UNLIMITED);
        } catch (InvalidFilterException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static long slot(SubscribeUpdate update) {
        return switch (update.getUpdateOneofCase()) {
            case ACCOUNT -> update.getAccount().getSlot();
            case TRANSACTION -> update.getTransaction().getSlot();
            case TRANSACTION_STATUS -> update.getTransactionStatus().getSlot();
            case ENTRY -> update.getEntry().getSlot();
            case BLOCK -> update.getBlock().getSlot();
            case BLOCK_META -> update.getBlockMeta().getSlot();
            case SLOT -> update.getSlot().getSlot();
            default -> 0;
        };
    }
}
