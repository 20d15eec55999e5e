package io.firehole.pool;

import io.firehole.pool.RecordedCall.Miss;
import io.firehole.pool.buffer.RecordedSlot;
import io.firehole.pool.buffer.Recording;
import io.firehole.pool.routing.ReplayGate;
import io.firehole.pool.routing.Router;
import io.firehole.pool.time.Timers.Timer;
import io.firehole.pool.transport.UpstreamStream;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.MalformedUpdateException;
import io.firehole.wire.RawUpdate;
import io.firehole.wire.proto.SubscribeRequest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A replay from what was received lately: to whoever takes it in it is a call like that to a provider. It gives each slot as a
 * provider does: the content, of each account the last write, then the statuses that have been told so far.
 *
 * <p>It is read in pieces, on the pool's callback threads, one at a time; the control thread sees to it that no piece is read
 * while those who get it have much to read already.
 */
final class LocalReplay implements UpstreamStream {

    private static final Logger log = LoggerFactory.getLogger(LocalReplay.class);

    /** Updates read at one go, at the most. */
    private static final int PIECE_UPDATES_MAX = 1_024;

    /** Bytes read at one go, at the most, but for one update. */
    private static final long PIECE_BYTES_MAX = 1L << 20;

    /** Into how many pieces a mailbox must be divided, so that there is room for one more when one waits in it. */
    private static final int PIECES_OF_MAILBOX = 4;

    /** How soon it looks again whether those who get it have read. */
    private static final Duration LOOK_AGAIN = Duration.ofMillis(2);

    /** How long it waits for one of them who does not read; then that one's mailbox has to take it as it comes. */
    static final Duration SLOW_PATIENCE = Duration.ofSeconds(5);

    private final PoolContext pool;
    private final RecordedCall recorded;
    private final Call<? extends Router> call;
    private final ReplayGate gate;
    private final List<CutOff> readers;
    private final long before;
    private final boolean statusesOnly;

    // Of whoever reads a piece; handed over by the control thread.

    /** The slot that is read next, or is being read. */
    private long next;

    private @Nullable RecordedSlot reading;
    private int[] order = {};
    private int at;
    private @Nullable Miss miss;
    private boolean givenAll;

    // The control thread's.

    private final PoolLoop.Signal pieceRead;
    private boolean pieceUnderWay;
    private boolean cancelled;
    private boolean closed;
    private @Nullable Timer timer;
    private long waitingSinceNanos;
    private boolean waits;
    private final Set<Member> slow = new HashSet<>();

    /**
     * @param call takes it in
     * @param gate of that call's router
     * @param readers who get it
     * @param from the first slot
     * @param before the slot after the last
     * @param statusesOnly whether only statuses of slots are wanted
     */
    LocalReplay(
            PoolContext pool,
            RecordedCall recorded,
            Call<? extends Router> call,
            ReplayGate gate,
            List<CutOff> readers,
            long from,
            long before,
            boolean statusesOnly) {
        this.pool = pool;
        this.recorded = recorded;
        this.call = call;
        this.gate = gate;
        this.readers = readers;
        this.next = from;
        this.before = before;
        this.statusesOnly = statusesOnly;
        this.pieceRead = pool.loop().signal(this::pieceRead);
    }

    /** Begins. What is asked is known. Control thread. */
    @Override
    public void send(SubscribeRequest request) {
        look();
    }

    /** Control thread. */
    @Override
    public void cancel() {
        cancelled = true;
        if (!pieceUnderWay) {
            close(GrpcStatus.Code.CANCELLED.with("by the pool"));
        }
    }

    /** Why it could not give all; empty if it has, or may. Control thread, when the call has ended. */
    Optional<Miss> miss() {
        return Optional.ofNullable(miss);
    }

    private void look() {
        timer = null;
        if (closed || pieceUnderWay) {
            return;
        }
        if (!hasRoom()) {
            timer = pool.loop().after(LOOK_AGAIN.toNanos(), this::look);
            return;
        }
        pieceUnderWay = true;
        int updates = PIECE_UPDATES_MAX;
        long bytes = PIECE_BYTES_MAX;
        for (CutOff reader : readers) {
            MailboxLimits limits = reader.member().stream().mailboxLimits();
            updates = Math.clamp(limits.updates() / PIECES_OF_MAILBOX, 1, updates);
            bytes = Math.clamp(limits.bytes() / PIECES_OF_MAILBOX, 1L, bytes);
        }
        int updatesMax = updates;
        long bytesMax = bytes;
        pool.callbacks().execute(() -> {
            try {
                readPiece(updatesMax, bytesMax);
            } catch (RuntimeException broken) {
                log.error("What was kept of slot {} cannot be read; the provider is asked for it", next, broken);
                miss = Miss.GIVEN_UP;
            } finally {
                pieceRead.raise();
            }
        });
    }

    /** Whether all who get it have read most of what they got, or were given time enough. */
    private boolean hasRoom() {
        for (CutOff reader : readers) {
            MonitorStream stream = reader.member().stream();
            MailboxLimits limits = stream.mailboxLimits();
            boolean behind = stream.waiting() > limits.updates() / PIECES_OF_MAILBOX
                    || stream.waitingBytes() > limits.bytes() / PIECES_OF_MAILBOX;
            if (behind && !stream.isOver() && !slow.contains(reader.member())) {
                if (!waits) {
                    waits = true;
                    waitingSinceNanos = pool.now();
                }
                if (pool.now() - waitingSinceNanos < SLOW_PATIENCE.toNanos()) {
                    return false;
                }
                slow.add(reader.member());
            }
        }
        waits = false;
        return true;
    }

    private void pieceRead() {
        pieceUnderWay = false;
        if (cancelled) {
            close(GrpcStatus.Code.CANCELLED.with("by the pool"));
        } else if (miss != null) {
            close(GrpcStatus.Code.UNAVAILABLE.with("what was kept of slot " + next + " has been given up"));
        } else if (givenAll) {
            call.progressed();
        } else {
            look();
        }
    }

    private void close(GrpcStatus why) {
        if (!closed) {
            closed = true;
            if (timer != null) {
                timer.cancel();
            }
            call.closed(why);
        }
    }

    // ---- whoever reads a piece

    private void readPiece(int updatesMax, long bytesMax) {
        int updates = 0;
        long bytes = 0;
        while (updates < updatesMax && bytes < bytesMax) {
            RecordedSlot slot = reading;
            if (slot == null || at == order.length) {
                if (!findNext()) {
                    return;
                }
            } else {
                byte[] update = slot.update(order[at++]);
                updates++;
                bytes += update.length;
                call.update(update);
            }
        }
    }

    /** Goes on to the next slot; false if there is none. */
    private boolean findNext() {
        if (reading != null) {
            next = reading.slot() + 1;
            reading = null;
        }
        Recording recording = recorded.recording();
        Optional<RecordedSlot> slot = recording.first(next, before);
        if (next < (statusesOnly ? recording.statusesFrom() : recording.contentFrom()) && next < before) {
            miss = Miss.GIVEN_UP;
            return false;
        }
        if (slot.isEmpty()) {
            gate.hasGivenAll();
            givenAll = true;
            return false;
        }
        reading = slot.get();
        next = reading.slot();
        at = 0;
        order = statusesOnly ? statuses(reading) : reading.isSealed() ? replayed(reading) : new int[0];
        return true;
    }

    private static int[] statuses(RecordedSlot slot) {
        int[] found = new int[slot.count()];
        int size = 0;
        for (int i = 0; i < found.length; i++) {
            if (slot.status(i).filter(ReplayGate::isReplayed).isPresent()) {
                found[size++] = i;
            }
        }
        return Arrays.copyOf(found, size);
    }

    private static int[] replayed(RecordedSlot slot) {
        int count = slot.count();
        int[] statuses = statuses(slot);
        int[] content = new int[count];
        int size = 0;
        Map<ByteBuffer, Integer> placeOf = new HashMap<>();
        long[] versions = new long[count];
        for (int i = 0; i < count; i++) {
            if (slot.isAccount(i)) {
                size = addAccount(slot, i, content, size, placeOf, versions);
            } else if (slot.status(i).isEmpty()) {
                content[size++] = i;
            }
        }
        int[] all = new int[size + statuses.length];
        int filled = 0;
        for (int i = 0; i < size; i++) {
            if (content[i] >= 0) {
                all[filled++] = content[i];
            }
        }
        System.arraycopy(statuses, 0, all, filled, statuses.length);
        return Arrays.copyOf(all, filled + statuses.length);
    }

    /** Only the last write of an account counts; that before it leaves an empty place. */
    private static int addAccount(
            RecordedSlot slot, int i, int[] content, int size, Map<ByteBuffer, Integer> placeOf, long[] versions) {
        RawUpdate update;
        try {
            update = RawUpdate.parse(slot.update(i));
        } catch (MalformedUpdateException neverKept) {
            return size;
        }
        ByteBuffer key = update.pubkey().asReadOnlyByteBuffer();
        Integer other = placeOf.get(key);
        if (other != null) {
            if (Long.compareUnsigned(update.writeVersion(), versions[other]) < 0) {
                return size;
            }
            content[other] = -1;
        }
        placeOf.put(key, size);
        versions[size] = update.writeVersion();
        content[size] = i;
        return size + 1;
    }
}
