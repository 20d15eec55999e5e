package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.pool.buffer.BufferLimits;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeUpdate;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where a client can go on whose stream is finished in an orderly way. */
class FinishTest {

    private static final int STORIES = 60;

    private static SubscribeRequest transactionsAndMetas(CommitmentLevel level) {
        return World.transactions("x").toBuilder()
                .putBlocksMeta("m", SubscribeRequestFilterBlocksMeta.getDefaultInstance())
                .setCommitment(level)
                .build();
    }

    private static long slotOf(SubscribeUpdate update) {
        return update.hasTransaction()
                ? update.getTransaction().getSlot()
                : update.getBlockMeta().getSlot();
    }

    private static List<String> keys(long from, long to, List<SubscribeUpdate> updates) {
        return updates.stream()
                .filter(update -> update.hasTransaction() || update.hasBlockMeta())
                .filter(update -> slotOf(update) >= from && slotOf(update) <= to)
                .map(update -> update.hasTransaction()
                        ? slotOf(update) + " "
                                + update.getTransaction().getTransaction().getIndex()
                        : slotOf(update) + " meta")
                .toList();
    }

    @ParameterizedTest
    @EnumSource(names = {"PROCESSED", "CONFIRMED", "FINALIZED"})
    void isToldWhileTheProviderIsAwayAndWhileWhatWasMissedComes(CommitmentLevel level) {
        int catchingUp = 0;
        for (int story = 0; story < STORIES; story++) {
            Random random = new Random(story);
            World world = new World(story, PoolConfig.DEFAULT.withBuffer(BufferLimits.OFF)).running();
            Reader reader = world.monitor("one");
            reader.ask(transactionsAndMetas(level));
            world.pass(Duration.ofSeconds(17).plusMillis(random.nextInt(2_000)));
            world.provider.accepts = id -> false;
            world.provider.open().getFirst().cut("reset by peer");
            world.pass(Duration.ofMillis(random.nextInt(4_000)));
            world.provider.accepts = id -> true;
            if (story % 3 > 0) {
                for (int i = 0; i < 1_000 && world.provider.streams().isEmpty(); i++) {
                    world.pass(Duration.ofMillis(10));
                }
                world.pass(Duration.ofMillis(random.nextInt(120)));
                catchingUp += world.stats("one").active() ? 0 : 1;
            }

            CompletableFuture<OptionalLong> finished = world.pool.finish(reader.stream);
            world.pass(Duration.ofSeconds(1));
            assertThat(finished.join()).as("%s, story %d", level, story).isPresent();
            long whole = finished.join().getAsLong();
            long from = slotOf(reader.received.getFirst()) + 1;
            List<SubscribeUpdate> sent = world.events.stream()
                    .filter(event -> event.rings().contains(level))
                    .map(FakeChain.Event::update)
                    .toList();
            assertThat(keys(from, whole, reader.received))
                    .as("%s, story %d", level, story)
                    .isNotEmpty()
                    .containsExactlyInAnyOrderElementsOf(keys(from, whole, sent));
        }
        assertThat(catchingUp).as("finished while it was catching up").isGreaterThan(STORIES / 10);
    }
}
