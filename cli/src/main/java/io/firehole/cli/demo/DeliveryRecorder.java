package io.firehole.cli.demo;

import io.firehole.pool.Gap;
import io.firehole.wire.proto.SubscribeUpdate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps what one monitor received until it can be compared with what was to come, and compares it.
 *
 * <p>Compared as a whole are the slots from the first one begun after the subscription was active; that is the one after
 * the slot of the first update, since a slot begins when the one before it has been sent. Of that slot itself only a part
 * is to come, so nothing of it can be lost; but nothing else may come, and nothing twice.
 *
 * <p>{@link #received} is for the client's thread; {@link #check} and {@link #expectFrom} for one other. What is compared is
 * forgotten: at 2.5 slots a second, compared half a minute after they are complete, a monitor keeps some hundred slots,
 * and never more than {@link #RECEIPTS_MAX} receipts (some 250 bytes each).
 */
final class DeliveryRecorder {

    /** Receipts kept at the most; what comes beyond is not recorded and so counts as lost. */
    static final int RECEIPTS_MAX = 400_000;

    private final Expectation expectation;

    /** Guards everything below that the client's thread touches. */
    private final ReentrantLock lock = new ReentrantLock();

    private final TreeMap<Long, List<Receipt>> bySlot = new TreeMap<>();
    private int kept;
    private long deliveries;
    private long late;
    private long overflowed;
    private OptionalLong firstSlot = OptionalLong.empty();
    private long checkedTo = Long.MIN_VALUE;

    private Verdict compared = Verdict.NOTHING;
    private OptionalLong mustHaveBegun = OptionalLong.empty();

    DeliveryRecorder(Expectation expectation) {
        this.expectation = expectation;
    }

    /** Takes note of an update. */
    void received(SubscribeUpdate update) {
        Receipt.Delivery delivery = Receipt.of(update);
        if (delivery.receipts().isEmpty()) {
            return;
        }
        lock.lock();
        try {
            deliveries++;
            if (delivery.begins() && firstSlot.isEmpty()) {
                firstSlot = OptionalLong.of(delivery.slot());
            }
            if (delivery.slot() <= checkedTo) {
                late += delivery.receipts().size();
            } else if (kept + delivery.receipts().size() > RECEIPTS_MAX) {
                overflowed += delivery.receipts().size();
            } else {
                kept += delivery.receipts().size();
                bySlot.computeIfAbsent(delivery.slot(), none -> new ArrayList<>())
                        .addAll(delivery.receipts());
            }
        } finally {
            lock.unlock();
        }
    }

    /** From this slot on everything is to come, even if nothing has come by now. */
    void expectFrom(long slot) {
        if (mustHaveBegun.isEmpty()) {
            mustHaveBegun = OptionalLong.of(slot);
        }
    }

    /** Whether anything has come that shows the subscription to be active. */
    boolean active() {
        lock.lock();
        try {
            return firstSlot.isPresent();
        } finally {
            lock.unlock();
        }
    }

    /** The same where no gap is recorded. */
    void check(long to) {
        check(to, List.of());
    }

    /**
     * Compares the slots up to this one and forgets them.
     *
     * @param to not after {@link Expectation#finalTo}; what belongs to these slots should have arrived by now
     * @param gaps what the monitor has been told to be missing
     */
    void check(long to, List<Gap> gaps) {
        OptionalLong from = from();
        List<Receipt> partly = new ArrayList<>();
        NavigableMap<Long, List<Receipt>> wholly = new TreeMap<>();
        long since;
        long firstPart;
        lock.lock();
        try {
            if (from.isEmpty() || to <= checkedTo) {
                return;
            }
            since = Math.max(checkedTo + 1, from.getAsLong());
            firstPart = bySlot.isEmpty() ? since : Math.min(since, bySlot.firstKey());
            Map<Long, List<Receipt>> due = bySlot.headMap(to, true);
            due.forEach((slot, receipts) -> {
                kept -= receipts.size();
                if (slot < since) {
                    partly.addAll(receipts);
                } else {
                    wholly.put(slot, receipts);
                }
            });
            due.clear();
            checkedTo = to;
        } finally {
            lock.unlock();
        }
        if (!partly.isEmpty()) {
            compared =
                    compared.plus(new Comparison(partly, expectation.of(firstPart, Math.min(since - 1, to))).ofAPart());
        }
        for (long first = since; first <= to; ) {
            Absence absence = Absence.of(first, gaps);
            long last = first;
            while (last < to && Absence.of(last + 1, gaps) == absence) {
                last++;
            }
            compared = compared.plus(compare(wholly.subMap(first, true, last, true), first, last, absence));
            first = last + 1;
        }
    }

    private Verdict compare(Map<Long, List<Receipt>> received, long first, long last, Absence absence) {
        List<Receipt> came = received.values().stream().flatMap(List::stream).toList();
        Comparison comparison = new Comparison(came, expectation.of(first, last));
        return comparison.ofTheWhole(
                last - first + 1,
                switch (absence) {
                    case NOTHING -> comparison.missing();
                    case NOT_REPLAYABLE -> comparison.missingOf(expectation.replayable(first, last));
                    case ANYTHING -> 0;
                });
    }

    /** What has come out until now. */
    Verdict verdict() {
        lock.lock();
        try {
            // An update of a slot that was complete by the last check is one too many.
            return compared.plus(new Verdict(deliveries, 0, 0, 0, 0, late, 0));
        } finally {
            lock.unlock();
        }
    }

    /** How many receipts could not be kept. */
    long overflowed() {
        lock.lock();
        try {
            return overflowed;
        } finally {
            lock.unlock();
        }
    }

    /** The first slot of which everything is to come; empty while that cannot be said. */
    private OptionalLong from() {
        lock.lock();
        try {
            if (firstSlot.isEmpty()) {
                return mustHaveBegun;
            }
            long afterFirst = firstSlot.getAsLong() + 1;
            return OptionalLong.of(
                    mustHaveBegun.isPresent() ? Math.min(afterFirst, mustHaveBegun.getAsLong()) : afterFirst);
        } finally {
            lock.unlock();
        }
    }
}
