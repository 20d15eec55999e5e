package io.firehole.simulator.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a slot costs. Reported in the thread's own CPU time, not asserted: machines differ. */
class SlotCostTest {
    private static final int ROUNDS = 40;

    private static final Logger log = LoggerFactory.getLogger(SlotCostTest.class);
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final ChainTemplates templates = ChainTemplates.builtIn();
    private final SlotDerivation derivation = new SlotDerivation(1, templates);
    private final VirtualChain world = new VirtualChain(ChainConfig.DEFAULT.withSkipEvery(0));
    private long sent;

    private static String microsPerRound(Runnable round) {
        for (int i = 0; i < ROUNDS; i++) {
            round.run();
        }
        long before = THREADS.getCurrentThreadCpuTime();
        for (int i = 0; i < ROUNDS; i++) {
            round.run();
        }
        return String.format(Locale.ROOT, "%.0f µs", (THREADS.getCurrentThreadCpuTime() - before) / 1e3 / ROUNDS);
    }

    @Test
    void reportsWhatASlotCosts() {
        SubscribeRequest one = SubscribeRequest.newBuilder()
                .putTransactions(
                        "pump.fun",
                        SubscribeRequestFilterTransactions.newBuilder()
                                .addAccountInclude("6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P")
                                .build())
                .build();
        SubscribeRequest all = VirtualChain.everything(CommitmentLevel.PROCESSED);
        long slot = ChainConfig.DEFAULT.firstSlot();
        SlotContent content = SlotContent.of(slot, templates.block, derivation);

        report("bytes of a slot", String.valueOf(content.block.length + content.entryBytes.length));
        report("making a slot", microsPerRound(() -> SlotContent.of(slot, templates.block, derivation)));
        report("matching a request for everything", microsPerRound(() -> match(all)));
        report("matching a request for one program", microsPerRound(() -> match(one)));
        report("writing a slot to a subscriber of everything", writing(slot, all));
        report("writing a slot to a subscriber of one program", writing(slot, one));
        assertThat(sent).isPositive();
    }

    private static void report(String what, String figure) {
        log.info("{}: {}", what, figure);
    }

    private Matches match(SubscribeRequest request) {
        return world.chain.match(VirtualChain.compile(request));
    }

    private String writing(long slot, SubscribeRequest request) {
        Matches matches = match(request);
        List<RingEvent> events = world.chain.played(slot, CommitmentLevel.PROCESSED);
        return microsPerRound(() -> {
            for (RingEvent event : events) {
                matches.write(event, Matches.START, (kind, names, payload, offset, length, createdAt) -> {
                    sent += length;
                    return true;
                });
            }
        });
    }
}
