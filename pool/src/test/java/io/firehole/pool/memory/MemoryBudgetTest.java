package io.firehole.pool.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {

    private final MemoryBudget budget = new MemoryBudget(1_000);
    private final List<MemoryPressure> told = new ArrayList<>();

    MemoryBudgetTest() {
        budget.whenChanged(() -> told.add(budget.pressure()));
    }

    @Test
    void takesEachStepAtItsPartOfTheLimitAndBackALittleLater() {
        MemoryAccount account = budget.account();
        for (long bytes : new long[] {849, 850, 919, 920, 969, 970, 999, 1_000, 951, 949, 925, 919, 868, 801, 799, 0}) {
            account.report(() -> bytes);
        }
        assertThat(told)
                .containsExactly(
                        MemoryPressure.REFUSING,
                        MemoryPressure.TIGHT,
                        MemoryPressure.CUTTING,
                        MemoryPressure.FULL,
                        MemoryPressure.CUTTING,
                        MemoryPressure.TIGHT,
                        MemoryPressure.REFUSING,
                        MemoryPressure.NONE);
        assertThat(budget.usedMost()).isEqualTo(1_000);
    }

    @Test
    void addsUpWhatAllReportLast() {
        MemoryAccount one = budget.account();
        MemoryAccount other = budget.account();
        one.report(() -> 500);
        other.report(() -> 400);
        one.report(() -> 100);
        assertThat(budget.used()).isEqualTo(500);
        assertThat(told).containsExactly(MemoryPressure.REFUSING, MemoryPressure.NONE);
    }

    @Test
    void isExactOnceEverybodyHasReportedHoweverManyDoAtOnce() throws InterruptedException {
        MemoryBudget shared = new MemoryBudget(Long.MAX_VALUE);
        List<MemoryAccount> accounts = new ArrayList<>();
        List<AtomicLong> buffers = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            MemoryAccount account = shared.account();
            AtomicLong buffer = new AtomicLong();
            accounts.add(account);
            buffers.add(buffer);
            for (int side : new int[] {7, -3}) {
                threads.add(Thread.ofPlatform().start(() -> {
                    for (int step = 0; step < 20_000; step++) {
                        buffer.addAndGet(side);
                        account.report(buffer::get);
                    }
                }));
            }
        }
        for (Thread thread : threads) {
            thread.join();
        }
        for (int i = 0; i < 4; i++) {
            accounts.get(i).report(buffers.get(i)::get);
        }
        assertThat(shared.used()).isEqualTo(4 * 4 * 20_000);
    }
}
