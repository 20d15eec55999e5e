package io.firehole.pool.mailbox;

import java.util.ArrayList;
import java.util.List;

/**
 * The lanes of a mailbox in the order in which they were made. Immutable, for any thread; lanes that are of no use any
 * more live on as sums.
 */
final class Lanes<E> {

    private final List<Lane<E>> lanes;
    private final long updatesBefore;
    private final long bytesBefore;

    private Lanes(List<Lane<E>> lanes, long updatesBefore, long bytesBefore) {
        this.lanes = lanes;
        this.updatesBefore = updatesBefore;
        this.bytesBefore = bytesBefore;
    }

    static <E> Lanes<E> startingWith(Lane<E> first) {
        return new Lanes<>(List.of(first), 0, 0);
    }

    /** These lanes and one more, without those that are read to their end or were given up unused. */
    Lanes<E> with(Lane<E> added) {
        List<Lane<E>> kept = new ArrayList<>(lanes.size() + 1);
        long updates = updatesBefore;
        long bytes = bytesBefore;
        for (Lane<E> lane : lanes) {
            if (lane.isSpent()) {
                updates += lane.updates();
                bytes += lane.bytes();
            } else {
                kept.add(lane);
            }
        }
        kept.add(added);
        return new Lanes<>(List.copyOf(kept), updates, bytes);
    }

    long updates() {
        long sum = updatesBefore;
        for (Lane<E> lane : lanes) {
            sum += lane.updates();
        }
        return sum;
    }

    long bytes() {
        long sum = bytesBefore;
        for (Lane<E> lane : lanes) {
            sum += lane.bytes();
        }
        return sum;
    }

    /** What waits in all lanes. */
    long waiting() {
        long sum = 0;
        for (Lane<E> lane : lanes) {
            sum += lane.waiting();
        }
        return sum;
    }

    /** The bytes that wait in all lanes. */
    long waitingBytes() {
        long sum = 0;
        for (Lane<E> lane : lanes) {
            sum += lane.waitingBytes();
        }
        return sum;
    }

    /** What waits in all lanes but that one. */
    long waitingBefore(Lane<E> own) {
        long sum = 0;
        for (Lane<E> lane : lanes) {
            if (lane != own) {
                sum += lane.waiting();
            }
        }
        return sum;
    }

    /** The bytes that wait in all lanes but that one. */
    long waitingBytesBefore(Lane<E> own) {
        long sum = 0;
        for (Lane<E> lane : lanes) {
            if (lane != own) {
                sum += lane.waitingBytes();
            }
        }
        return sum;
    }

    int size() {
        return lanes.size();
    }
}
