package io.firehole.simulator.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateBlockMeta;
import org.junit.jupiter.api.Test;

/** What unary calls ask. */
class ChainAnswersTest {
    private final VirtualChain world = new VirtualChain(VirtualChain.config());
    private final Chain chain = world.chain;

    @Test
    void allLevelsAnswerFromTheFirstMoment() {
        LatestBlock processed = chain.latest(CommitmentLevel.PROCESSED);
        LatestBlock confirmed = chain.latest(CommitmentLevel.CONFIRMED);
        LatestBlock finalized = chain.latest(CommitmentLevel.FINALIZED);

        assertThat(processed.slot()).isBetween(398_000_000L, ChainConfig.DEFAULT.firstSlot() - 1);
        assertThat(processed.height() - confirmed.height()).isBetween(0L, 2L);
        assertThat(processed.height() - finalized.height()).isBetween(24L, 32L);
        assertThat(processed.slot() - chain.pastFrom()).isGreaterThanOrEqualTo(400);
        assertThat(chain.isBlockhashValid(finalized.blockhash(), CommitmentLevel.FINALIZED))
                .isEqualTo(new BlockhashValidity(finalized.slot(), true));
    }

    @Test
    void theNewestBlockIsTheOneWhoseMetaCameLast() {
        VirtualChain.Subscriber subscriber = world.subscribe(VirtualChain.everything(CommitmentLevel.CONFIRMED));
        world.passSlots(7);
        SubscribeUpdateBlockMeta last = subscriber.updates().stream()
                .filter(SubscribeUpdate::hasBlockMeta)
                .reduce((first, second) -> second)
                .orElseThrow()
                .getBlockMeta();

        LatestBlock latest = chain.latest(CommitmentLevel.CONFIRMED);
        assertThat(latest.slot()).isEqualTo(last.getSlot());
        assertThat(latest.blockhash()).isEqualTo(last.getBlockhash());
        assertThat(latest.height()).isEqualTo(last.getBlockHeight().getBlockHeight());
        assertThat(latest.lastValidBlockHeight()).isEqualTo(latest.height() + 300);
    }

    @Test
    void aBlockhashIsValidForThreeHundredBlocksOnceItReachesTheLevel() {
        LatestBlock start = chain.latest(CommitmentLevel.PROCESSED);
        assertThat(valid(start, CommitmentLevel.PROCESSED)).isTrue();
        assertThat(valid(start, CommitmentLevel.FINALIZED)).isFalse();
        world.passSlots(40);
        assertThat(valid(start, CommitmentLevel.FINALIZED)).isTrue();
        while (chain.latest(CommitmentLevel.PROCESSED).height() < start.height() + 299) {
            world.passSlots(1);
        }
        assertThat(valid(start, CommitmentLevel.PROCESSED)).isTrue();
        world.passSlots(3);
        assertThat(valid(start, CommitmentLevel.PROCESSED)).isFalse();
    }

    private boolean valid(LatestBlock block, CommitmentLevel level) {
        return chain.isBlockhashValid(block.blockhash(), level).valid();
    }

    @Test
    void whatIsNoBlockhashIsNotValid() {
        assertThat(chain.isBlockhashValid("", CommitmentLevel.PROCESSED).valid())
                .isFalse();
        assertThat(chain.isBlockhashValid("not base58: 0OIl", CommitmentLevel.PROCESSED)
                        .valid())
                .isFalse();
    }

    @Test
    void theSameSeedGivesTheSameChainAndAnotherSeedAnother() {
        VirtualChain same = new VirtualChain(VirtualChain.config());
        VirtualChain other = new VirtualChain(VirtualChain.config().withSeed(8));
        world.passSlots(20);
        same.passSlots(20);
        other.passSlots(20);
        assertThat(same.chain.latest(CommitmentLevel.PROCESSED)).isEqualTo(chain.latest(CommitmentLevel.PROCESSED));
        assertThat(other.chain.latest(CommitmentLevel.PROCESSED).blockhash())
                .isNotEqualTo(chain.latest(CommitmentLevel.PROCESSED).blockhash());
    }

    @Test
    void oneSlotOfEachRunIsSkippedNotAlwaysTheSamePlace() {
        ChainCalendar calendar = new ChainCalendar(VirtualChain.config(), VirtualChain.START);
        long from = 400_000_000L;
        long skipped = calendar.skippedBelow(from);
        boolean[] places = new boolean[5];
        for (long slot = from; slot < from + 1_000; slot++) {
            assertThat(calendar.skippedBelow(slot)).isEqualTo(skipped);
            if (calendar.skipped(slot)) {
                skipped++;
                places[(int) (slot % 5)] = true;
            }
        }
        assertThat(calendar.skippedBelow(from + 1_000) - calendar.skippedBelow(from))
                .isEqualTo(200);
        assertThat(places).containsOnly(true);
    }

    @Test
    void withoutSkippingEverySlotHasItsBlock() {
        ChainCalendar calendar = new ChainCalendar(VirtualChain.config().withSkipEvery(0), VirtualChain.START);
        for (long slot = 400_000_000L; slot < 400_000_100L; slot++) {
            assertThat(calendar.skipped(slot)).isFalse();
        }
    }

    @Test
    void aWrongConfigurationNamesTheValueAndTheLimit() {
        assertThatThrownBy(() -> ChainConfig.DEFAULT.withSpeed(0))
                .hasMessageContaining("speed")
                .hasMessageContaining("0");
        assertThatThrownBy(() -> ChainConfig.DEFAULT.withSkipEvery(1)).hasMessageContaining("skipEvery");
        assertThatThrownBy(() -> ChainConfig.DEFAULT.withReplaySlots(-1)).hasMessageContaining("replaySlots");
        assertThatThrownBy(() -> ChainConfig.DEFAULT.withFirstSlot(1)).hasMessageContaining("firstSlot");
    }

    @Test
    void aRingKeepsItsNewestEventsAndTellsASlowReaderThatItLagged() {
        Ring ring = new Ring();
        RingCursor slow = ring.cursor();
        RingCursor quick = ring.cursor();
        for (int i = 0; i < Ring.CAPACITY; i++) {
            ring.append(new RingEvent.BlockMeta(i, VirtualChain.START));
            assertThat(quick.poll()).isNotNull();
        }
        assertThat(slow.behind()).isEqualTo(Ring.CAPACITY);
        ring.append(new RingEvent.BlockMeta(-1, VirtualChain.START));
        assertThat(slow.poll()).isNull();
        assertThat(slow.lagged()).isTrue();
        assertThat(quick.poll()).isEqualTo(new RingEvent.BlockMeta(-1, VirtualChain.START));
        assertThat(quick.lagged()).isFalse();
        assertThat(quick.poll()).isNull();
        assertThat(quick.lagged()).isFalse();
    }
}
