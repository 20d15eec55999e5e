package io.firehole.pool.buffer;

import io.firehole.wire.RawUpdate;
import io.firehole.wire.UpdateKind;
import io.firehole.wire.proto.SlotStatus;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What one call received of one slot, in order. Written by the call's event loop; once {@linkplain #isSealed sealed} it is read
 * by any thread, and only statuses are added.
 */
public final class RecordedSlot {

    /** What an update costs beside its bytes: the header of its array, and its place here. */
    static final int ELEMENT_BYTES = 32;

    private static final int SMALLEST = 16;

    /** In {@link #reported} once it has been given up. */
    private static final long GIVEN_UP = -1;

    private static final byte CONTENT = -1;
    private static final byte ACCOUNT = -2;
    private static final byte UNRECOGNIZED = -3;

    private final Recording recording;
    private final long slot;

    /** Whether it began in sight, so that all of its statuses are here. */
    private final boolean beganInSight;

    /** The request that was in effect when its first status came. */
    private final int requestAtBeginning;

    /** The request that was in effect before its first content came; as above while none has. */
    private int requestBeforeContent;

    private int requestAtSeal;

    /** Written by the event loop; others read what {@link #count} says is there, also while the slot grows. */
    private volatile byte[][] updates = new byte[SMALLEST][];

    /** Of each update whether it is an account or other content, or the number of the status that it tells. */
    private volatile byte[] sorts = new byte[SMALLEST];

    /** How many there are. What is above was written before. */
    private final AtomicInteger count = new AtomicInteger();

    /** Bytes that the buffer knows of. */
    private final AtomicLong reported = new AtomicLong();

    private boolean hasContent;
    private boolean torn;
    private volatile boolean sealed;
    private volatile boolean dead;

    RecordedSlot(Recording recording, long slot, boolean beganInSight, int request) {
        this.recording = recording;
        this.slot = slot;
        this.beganInSight = beganInSight;
        this.requestAtBeginning = request;
        this.requestBeforeContent = request;
    }

    // ---- the event loop

    void add(byte[] message, RawUpdate update, int requestBefore) {
        byte sort;
        if (update.kind() == UpdateKind.SLOT) {
            SlotStatus status = update.status();
            sort = status == SlotStatus.UNRECOGNIZED ? UNRECOGNIZED : (byte) status.getNumber();
        } else {
            sort = update.kind() == UpdateKind.ACCOUNT ? ACCOUNT : CONTENT;
            if (sealed) {
                // Then nothing is known of what it contains.
                torn = true;
            }
            if (!hasContent) {
                hasContent = true;
                requestBeforeContent = requestBefore;
            }
        }
        int at = count.getPlain();
        if (at == updates.length) {
            resize(at * 2);
        }
        updates[at] = message;
        sorts[at] = sort;
        count.setRelease(at + 1);
    }

    private void resize(int size) {
        updates = Arrays.copyOf(updates, size);
        sorts = Arrays.copyOf(sorts, size);
    }

    void seal(int request) {
        if (!sealed) {
            requestAtSeal = request;
            int some = count.getPlain();
            resize(some + SMALLEST);
            sealed = true;
        }
    }

    void die() {
        if (!sealed) {
            dead = true;
        }
    }

    boolean hasContent() {
        return hasContent;
    }

    /** More bytes are here; false if it has been given up meanwhile. */
    boolean report(long bytes) {
        while (true) {
            long before = reported.get();
            if (before == GIVEN_UP) {
                return false;
            }
            if (reported.compareAndSet(before, before + bytes)) {
                return true;
            }
        }
    }

    // ---- any thread

    /** Gives it up; gives how many bytes the buffer knew of, 0 if it had been given up. */
    long giveUp() {
        return Math.max(0, reported.getAndSet(GIVEN_UP));
    }

    /** Whether it has been given up: it may not be complete. */
    public boolean isGivenUp() {
        return reported.get() == GIVEN_UP;
    }

    /** The slot. */
    public long slot() {
        return slot;
    }

    Recording recording() {
        return recording;
    }

    /** Whether its block meta has come, so that it has a block and all of its content is here. */
    public boolean isSealed() {
        return sealed;
    }

    /** Whether it is known that it will have no block. */
    public boolean isDead() {
        return dead;
    }

    /** Whether all of its statuses are here that have come. */
    public boolean hasAllStatuses() {
        return beganInSight;
    }

    /** Whether content came that cannot be told to be its own, or after its seal. */
    public boolean isTorn() {
        return torn;
    }

    /** The request from whose being in effect on its content is here whole: it was before the first came. Of a sealed slot. */
    public int requestBeforeContent() {
        return requestBeforeContent;
    }

    /** The request that was in effect when it began. */
    public int requestAtBeginning() {
        return requestAtBeginning;
    }

    /** The request that was in effect when the last of its content came. Of a sealed slot. */
    public int requestAtSeal() {
        return requestAtSeal;
    }

    /** How many updates are here. */
    public int count() {
        return count.getAcquire();
    }

    /** An update, as it was received: never to be written to. */
    public byte[] update(int index) {
        return updates[index];
    }

    /** Whether it is an account. */
    public boolean isAccount(int index) {
        return sorts[index] == ACCOUNT;
    }

    /** The status of the slot that an update tells; empty if it is content. */
    public Optional<SlotStatus> status(int index) {
        byte sort = sorts[index];
        return switch (sort) {
            case CONTENT, ACCOUNT -> Optional.empty();
            default -> Optional.ofNullable(SlotStatus.forNumber(sort)).or(() -> Optional.of(SlotStatus.UNRECOGNIZED));
        };
    }
}
