package io.firehole.pool.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import io.firehole.pool.metrics.LatencySecond;
import io.firehole.wire.MalformedUpdateException;
import io.firehole.wire.RawUpdate;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateSlot;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ProviderDelayTest {

    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00.250Z");

    private final ProviderDelay delay = new ProviderDelay(() -> NOW);

    private static RawUpdate update(SubscribeUpdate.Builder update) throws MalformedUpdateException {
        return RawUpdate.parse(update.setSlot(SubscribeUpdateSlot.newBuilder().setSlot(7))
                .build()
                .toByteArray());
    }

    private static SubscribeUpdate.Builder createdAt(Instant at) {
        return SubscribeUpdate.newBuilder()
                .addFilters("s")
                .setCreatedAt(
                        Timestamp.newBuilder().setSeconds(at.getEpochSecond()).setNanos(at.getNano()));
    }

    @Test
    void measuresOneUpdateInSixteen() throws MalformedUpdateException {
        for (int i = 0; i < 160; i++) {
            delay.came(update(createdAt(NOW.minusMillis(250))));
        }
        LatencySecond second = delay.take();
        assertThat(second.count()).isEqualTo(10);
        assertThat(second.p50Micros()).isBetween(249_000L, 252_000L);
        assertThat(delay.take().count()).isZero();
    }

    @Test
    void saysNothingOfUpdatesWithoutATimestamp() throws MalformedUpdateException {
        for (int i = 0; i < 160; i++) {
            delay.came(update(SubscribeUpdate.newBuilder()));
        }
        assertThat(delay.take()).isEqualTo(LatencySecond.NONE);
    }

    @Test
    void takesAnUpdateFromTheFutureForOneOfNow() throws MalformedUpdateException {
        for (int i = 0; i < 16; i++) {
            delay.came(update(createdAt(NOW.plusSeconds(3))));
        }
        assertThat(delay.take().maxMicros()).isZero();
    }
}
