package io.firehole.pool.mailbox;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * An element takes the place of an older one that waits and has an equal subject.
 *
 * <p>It takes its very place in the order: put to the end, an account that changes all the time would never get to the front.
 * So an element may come before others that are older, but never after what it would have come before.
 */
final class LatestPerSubject<E> extends Relief<E> {

    /** What waits, in order; by its subject, or by something that equals nothing else. */
    private final Map<Object, E> waiting = new LinkedHashMap<>();

    private final AtomicLong updates = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();

    @Override
    boolean isEager() {
        return true;
    }

    @Override
    void gather(Source<E> lanes) {
        Freed obsolete = takeOver(lanes);
        if (obsolete.updates() > 0) {
            lanes.conflated(obsolete.updates());
        }
    }

    @Override
    void free(Source<E> lanes, long updatesToFree, long bytesToFree) {
        Freed freed = takeOver(lanes);
        lanes.conflated(freed.updates());
        long updatesFreed = freed.updates();
        long bytesFreed = freed.bytes();
        Loss loss = Loss.NOTHING;
        while (updatesFreed < updatesToFree || bytesFreed < bytesToFree) {
            E oldest = poll();
            if (oldest == null) {
                break;
            }
            updatesFreed++;
            bytesFreed += contents().size(oldest);
            loss = loss.and(contents().slot(oldest));
        }
        lanes.dropped(loss);
    }

    /** What became obsolete. */
    private record Freed(long updates, long bytes) {}

    private Freed takeOver(Source<E> lanes) {
        long obsolete = 0;
        long obsoleteBytes = 0;
        for (E next = lanes.take(); next != null; next = lanes.take()) {
            Object subject = contents().subject(next);
            E before = waiting.put(subject == null ? new Object() : subject, next);
            int size = contents().size(next);
            if (before == null) {
                updates.setRelease(updates.getPlain() + 1);
                grow(size);
            } else {
                int sizeBefore = contents().size(before);
                obsolete++;
                obsoleteBytes += sizeBefore;
                grow(size - sizeBefore);
            }
        }
        return new Freed(obsolete, obsoleteBytes);
    }

    @Override
    @Nullable
    E poll() {
        if (waiting.isEmpty()) {
            return null;
        }
        var entries = waiting.values().iterator();
        E oldest = entries.next();
        entries.remove();
        updates.setRelease(updates.getPlain() - 1);
        grow(-contents().size(oldest));
        return oldest;
    }

    @Override
    @Nullable
    E peek() {
        return waiting.isEmpty() ? null : waiting.values().iterator().next();
    }

    @Override
    void clear() {
        waiting.clear();
        updates.setRelease(0);
        bytes.setRelease(0);
    }

    @Override
    long waiting() {
        return updates.getAcquire();
    }

    @Override
    long waitingBytes() {
        return bytes.getAcquire();
    }

    private void grow(long by) {
        bytes.setRelease(bytes.getPlain() + by);
    }
}
