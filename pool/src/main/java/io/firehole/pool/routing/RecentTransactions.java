package io.firehole.pool.routing;

import com.google.protobuf.ByteString;
import io.firehole.wire.MalformedUpdateException;
import io.firehole.wire.RawUpdate;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * The last transactions that a pool's calls received, as they came, for whoever asks later why one did or did not go to a
 * monitor. Event loops put them in, any thread may look; nobody locks. Nothing is parsed but when somebody looks.
 */
public final class RecentTransactions {

    /** How many are kept, however small. */
    public static final int COUNT_MAX = 20_000;

    private final long bytesMax;
    private final Queue<byte[]> kept = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    /** @param bytesMax how large all of them together may be; 0 keeps none */
    public RecentTransactions(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /**
     * Keeps one, and forgets the oldest where there are too many. Event loops.
     *
     * @param message the whole update; kept, not copied
     */
    void received(byte[] message) {
        if (bytesMax == 0) {
            return;
        }
        kept.add(message);
        int many = count.incrementAndGet();
        long size = bytes.addAndGet(message.length);
        while (many > COUNT_MAX || size > bytesMax) {
            byte[] oldest = kept.poll();
            if (oldest == null) {
                return;
            }
            many = count.decrementAndGet();
            size = bytes.addAndGet(-oldest.length);
        }
    }

    /** The update with the transaction of that signature; empty if none is kept. Looks through all of them. */
    public Optional<RawUpdate> find(ByteString signature) {
        return updates().filter(update -> update.signature().equals(signature)).findFirst();
    }

    /** The slot of the oldest one; empty if none is kept. */
    public OptionalLong oldestSlot() {
        return updates().limit(1).mapToLong(RawUpdate::slot).findFirst();
    }

    /** How many are kept. */
    public int count() {
        return count.get();
    }

    /** How large they are together. */
    public long bytes() {
        return bytes.get();
    }

    /** How large they may be together; 0 if none is kept. */
    public long bytesMax() {
        return bytesMax;
    }

    private Stream<RawUpdate> updates() {
        return kept.stream().map(RecentTransactions::parsed).flatMap(Optional::stream);
    }

    private static Optional<RawUpdate> parsed(byte[] message) {
        try {
            return Optional.of(RawUpdate.parse(Objects.requireNonNull(message)));
        } catch (MalformedUpdateException neverKept) {
            return Optional.empty();
        }
    }
}
