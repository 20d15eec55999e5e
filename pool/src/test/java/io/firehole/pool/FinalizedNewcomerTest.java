package io.firehole.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeUpdate;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A monitor whose call breaks before the first slot that began in sight is confirmed or finalized: what is confirmed or finalized
 * meanwhile began before it asked, and is its all the same.
 */
class FinalizedNewcomerTest {

    @ParameterizedTest
    @CsvSource({
        "FINALIZED, 3, 1300, false",
        "FINALIZED, 4, 900, true",
        "FINALIZED, 5, 2500, true",
        "FINALIZED, 6, 4100, false",
        "FINALIZED, 7, 1700, true",
        "CONFIRMED, 8, 900, false",
        "CONFIRMED, 9, 1100, true",
        "CONFIRMED, 10, 1300, true"
    })
    void getsWhatBecomesFinalWhileItsFirstCallIsBroken(
            CommitmentLevel level, long seed, long brokenAfterMillis, boolean besideAnother) {
        World world = new World(seed).running();
        SubscribeRequest request = World.transactions("t").toBuilder()
                .setCommitment(level)
                .putBlocksMeta("m", SubscribeRequestFilterBlocksMeta.getDefaultInstance())
                .build();
        if (besideAnother) {
            world.monitor("old").ask(request);
            world.pass(Duration.ofSeconds(20));
        }
        Reader reader = world.monitor("new");
        reader.ask(request);
        world.pass(Duration.ofMillis(brokenAfterMillis));
        assertThat(metas(reader)).as("some slots came whole").isNotEmpty();
        world.provider.accepts = id -> false;
        world.provider.open().forEach(link -> link.cut("reset"));
        world.pass(Duration.ofMillis(1_200));
        world.provider.accepts = id -> true;
        world.pass(Duration.ofSeconds(20));

        assertThat(world.pool.stats().gaps()).isEmpty();
        List<Long> metas = metas(reader);
        assertThat(metas).hasSizeGreaterThan(20);
        for (int i = 1; i < metas.size(); i++) {
            assertThat(metas.get(i)).as("all of %s", metas).isEqualTo(metas.get(i - 1) + 1);
        }
    }

    private static List<Long> metas(Reader reader) {
        return reader.received.stream()
                .filter(SubscribeUpdate::hasBlockMeta)
                .map(update -> update.getBlockMeta().getSlot())
                .toList();
    }
}
