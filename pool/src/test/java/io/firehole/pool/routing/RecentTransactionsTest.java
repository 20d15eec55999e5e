package io.firehole.pool.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateTransaction;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class RecentTransactionsTest {

    private static ByteString signature(int number) {
        return ByteString.copyFrom(ByteBuffer.allocate(64).putInt(0, number));
    }

    private static byte[] transaction(int number) {
        return SubscribeUpdate.newBuilder()
                .addFilters("1")
                .setTransaction(SubscribeUpdateTransaction.newBuilder()
                        .setSlot(1_000 + number)
                        .setTransaction(
                                SubscribeUpdateTransactionInfo.newBuilder().setSignature(signature(number))))
                .build()
                .toByteArray();
    }

    @Test
    void findsWhatItKeepsBySignature() {
        RecentTransactions recent = new RecentTransactions(1 << 20);
        for (int i = 0; i < 100; i++) {
            recent.received(transaction(i));
        }
        assertThat(recent.find(signature(42)))
                .hasValueSatisfying(update -> assertThat(update.slot()).isEqualTo(1_042));
        assertThat(recent.find(signature(100))).isEmpty();
        assertThat(recent.oldestSlot()).hasValue(1_000);
    }

    @Test
    void forgetsTheOldestBeyondItsBytes() {
        int size = transaction(0).length;
        RecentTransactions recent = new RecentTransactions(10L * size);
        for (int i = 0; i < 25; i++) {
            recent.received(transaction(i));
        }
        assertThat(recent.count()).isEqualTo(10);
        assertThat(recent.bytes()).isEqualTo(10L * size);
        assertThat(recent.find(signature(14))).isEmpty();
        assertThat(recent.find(signature(15))).isPresent();
    }

    @Test
    void forgetsTheOldestBeyondItsCount() {
        RecentTransactions recent = new RecentTransactions(Long.MAX_VALUE);
        for (int i = 0; i <= RecentTransactions.COUNT_MAX; i++) {
            recent.received(transaction(i));
        }
        assertThat(recent.count()).isEqualTo(RecentTransactions.COUNT_MAX);
        assertThat(recent.find(signature(0))).isEmpty();
        assertThat(recent.find(signature(RecentTransactions.COUNT_MAX))).isPresent();
    }

    @Test
    void countsRightWhenSeveralEventLoopsWrite() throws InterruptedException {
        byte[] one = transaction(0);
        int size = one.length;
        RecentTransactions recent = new RecentTransactions(50L * size);
        Thread[] loops = new Thread[4];
        for (int loop = 0; loop < loops.length; loop++) {
            loops[loop] = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 10_000; i++) {
                    recent.received(one);
                }
            });
        }
        for (Thread loop : loops) {
            loop.join();
        }
        assertThat(recent.bytes()).isEqualTo((long) recent.count() * size).isLessThanOrEqualTo(50L * size);
    }

    @Test
    void keepsNothingWhereItIsOff() {
        RecentTransactions recent = new RecentTransactions(0);
        recent.received(transaction(1));
        assertThat(recent.count()).isZero();
    }
}
