package io.firehole.pool.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.pool.memory.MemoryBudget;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What an update costs on its way through the mailbox of a reader that keeps up, in time on the processor; told, not judged. */
class MailboxCostTest {

    private static final int ROUNDS = 21;
    private static final int UPDATES = 200_000;

    /** A turn of the event loop brings so many, and then they are read. */
    private static final int TURN = 16;

    private static final Integer UPDATE = 1_000;

    @Test
    void tellsWhatAnUpdateCostsByPolicy() {
        Map<String, Supplier<Relief<Integer>>> policies = new LinkedHashMap<>();
        policies.put("disconnect", Relief::none);
        policies.put("drop-oldest", Relief::dropOldest);
        policies.put("latest-per-account", Relief::latestPerSubject);
        policies.put("spill", () -> Relief.spill(new NeverUsed(), task -> {}));
        Map<String, double[]> nanos = new LinkedHashMap<>();
        policies.keySet().forEach(policy -> nanos.put(policy, new double[ROUNDS]));
        for (int round = -5; round < ROUNDS; round++) { // the first ones warm up
            for (Map.Entry<String, Supplier<Relief<Integer>>> policy : policies.entrySet()) {
                double each = costNanos(policy.getValue().get());
                if (round >= 0) {
                    Objects.requireNonNull(nanos.get(policy.getKey()))[round] = each;
                }
            }
        }
        nanos.forEach((policy, rounds) -> {
            Arrays.sort(rounds);
            System.out.printf(
                    "mailbox, %s: %.0f ns for each update in and out (from %.0f to %.0f, %d rounds)%n",
                    policy, rounds[ROUNDS / 2], rounds[0], rounds[ROUNDS - 1], ROUNDS);
        });
    }

    private static double costNanos(Relief<Integer> relief) {
        Mailbox<Integer> mailbox = new Mailbox<>(
                65_536, 64 << 20, Integer::intValue, relief, new MemoryBudget(1 << 30).account(), () -> {}, () -> {});
        Lane<Integer> lane = mailbox.lane(1);
        lane.open();
        int read = 0;
        long begun = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        for (int i = 0; i < UPDATES; i += TURN) {
            for (int j = 0; j < TURN; j++) {
                lane.offer(UPDATE);
            }
            while (mailbox.poll() != null) {
                read++;
            }
        }
        long ended = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        assertThat(read).isEqualTo(UPDATES);
        return (ended - begun) / (double) UPDATES;
    }

    /** A reader that keeps up needs none. */
    private static final class NeverUsed implements Overflow<Integer> {

        @Override
        public void append(List<Integer> elements) {
            throw new AssertionError("it keeps up");
        }

        @Override
        public List<Integer> take(int updates, long bytes) {
            return List.of();
        }

        @Override
        public long waiting() {
            return 0;
        }

        @Override
        public long waitingBytes() {
            return 0;
        }

        @Override
        public void close() {}
    }
}
