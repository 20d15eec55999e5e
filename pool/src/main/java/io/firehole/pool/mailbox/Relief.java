package io.firehole.pool.mailbox;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Mailbox} does when it fills faster than it is read. Made for one mailbox; its methods are called by who
 * holds the mailbox's consuming end, one thread at a time, but for what says otherwise.
 *
 * @param <E> what waits
 */
public abstract sealed class Relief<E> permits Relief.None, DropOldest, LatestPerSubject, Spill {

    /** Where a relief gets what waits in the lanes, oldest first. */
    interface Source<E> {

        /** The oldest element of all lanes, taken out; null if none waits. */
        @Nullable
        E take();

        /** Notes that it has been dropped. */
        void dropped(Loss loss);

        /** How many have become obsolete before they were read. */
        void conflated(long elements);
    }

    private Contents<E> contents = element -> 0;

    Relief() {}

    /** Nothing is done: a mailbox that is full ends. */
    public static <E> Relief<E> none() {
        return new None<>();
    }

    /** The oldest elements make room for new ones. */
    public static <E> Relief<E> dropOldest() {
        return new DropOldest<>();
    }

    /**
     * While more waits than half the limits, an element takes the place of one that waits and has an equal
     * {@link Contents#subject subject}; when that does not help, the oldest elements make room.
     */
    public static <E> Relief<E> latestPerSubject() {
        return new LatestPerSubject<>();
    }

    /**
     * While more waits than half the limits, the newer part of it waits in an overflow. When that takes no more the mailbox
     * takes in nothing any more, as one that is full.
     *
     * @param overflow for this mailbox alone
     * @param executor where the overflow is used, which may block; must not run a task where it is handed in
     */
    public static <E> Relief<E> spill(Overflow<E> overflow, Executor executor) {
        return new Spill<>(overflow, executor);
    }

    /** Whose it is. Before anything else is called. */
    void belongsTo(Mailbox<E> owner) {}

    /** What to know of elements. Before anything else is called. */
    void of(Contents<E> what) {
        contents = what;
    }

    final Contents<E> contents() {
        return contents;
    }

    /** Whether it wants to {@link #gather} as soon as more waits than half the limits. Any thread. */
    boolean isEager() {
        return false;
    }

    /** Whether there is a point in asking it to. Any thread. */
    boolean makesRoom() {
        return true;
    }

    /** Takes over what waits in the lanes. */
    void gather(Source<E> lanes) {}

    /**
     * Makes room.
     *
     * @param updates how many elements must go
     * @param bytes how many bytes, if that is more than those have
     */
    abstract void free(Source<E> lanes, long updates, long bytes);

    /** The oldest element that it has taken over, all of which are older than those in the lanes; null if there is none. */
    @Nullable
    E poll() {
        return null;
    }

    /** Whether what waits in the lanes is next when {@link #poll} gives nothing. */
    boolean isTransparent() {
        return true;
    }

    /** The same without taking it out. */
    @Nullable
    E peek() {
        return null;
    }

    /** How many of its elements are in memory. Any thread. */
    final long held() {
        return Math.max(0, waiting() - stored());
    }

    /** Their bytes. Any thread. */
    final long heldBytes() {
        return Math.max(0, waitingBytes() - storedBytes());
    }

    /** How many of its elements wait outside of memory. Any thread. */
    long stored() {
        return 0;
    }

    /** Their bytes. Any thread. */
    long storedBytes() {
        return 0;
    }

    /** Gives back what it has outside of memory: the mailbox is closed. Any thread. */
    void abandon() {}

    /** Forgets what it has taken over. */
    void clear() {}

    /** How many elements it has. Any thread. */
    long waiting() {
        return 0;
    }

    /** Their bytes. Any thread. */
    long waitingBytes() {
        return 0;
    }

    /** Nothing is done. */
    static final class None<E> extends Relief<E> {

        @Override
        boolean makesRoom() {
            return false;
        }

        @Override
        void free(Source<E> lanes, long updates, long bytes) {
            // then there is no room
        }
    }
}
