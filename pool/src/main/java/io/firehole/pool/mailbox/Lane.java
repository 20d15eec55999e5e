package io.firehole.pool.mailbox;

import io.firehole.pool.memory.MemoryAccount;
import io.firehole.pool.memory.MemoryBudget;
import java.util.concurrent.atomic.AtomicLong;
import org.jctools.queues.atomic.SpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * One writer's way into a {@link Mailbox}.
 *
 * <p>The writer {@linkplain #open opens} it, which ends the lanes before it, and then {@linkplain #offer adds}. A lane
 * is over when a later one is opened; what its writer adds before it has noticed is read before anything of the later
 * lane, or never.
 *
 * @param <E> what waits
 */
public final class Lane<E> {

    /** Elements per array of the queue; arrays are added as they are needed and freed as they are read. */
    private static final int CHUNK = 128;

    private final Mailbox<E> mailbox;
    private final long place;
    private final long number;
    private final SpscUnboundedAtomicArrayQueue<E> queue = new SpscUnboundedAtomicArrayQueue<>(CHUNK);

    private final AtomicLong offered = new AtomicLong();
    private final AtomicLong offeredBytes = new AtomicLong();
    private final AtomicLong taken = new AtomicLong();
    private final AtomicLong takenBytes = new AtomicLong();

    /** What the writer last saw of the reader's counts: it looks again only when that says the mailbox is full. */
    private long takenSeen;

    private long takenBytesSeen;

    /** What the writer last saw waiting in the lanes before this one. */
    private long before;

    private long bytesBefore;

    /** Bytes offered since the mailbox reported last. Writer only. */
    private long unreportedBytes;

    /** Elements offered since they were gathered last. Writer only. */
    private int ungathered;

    /** It came too late to be opened. Writer only. */
    private boolean refused;

    private volatile @Nullable Lane<E> follower;
    private volatile boolean finished;
    private volatile boolean unused;

    Lane(Mailbox<E> mailbox, long place, long number) {
        this.mailbox = mailbox;
        this.place = place;
        this.number = number;
    }

    /**
     * Ends the lanes before this one and lets updates in. Writer only; idempotent.
     *
     * @return whether the lane was opened now; false if it is open already, or never will be because a later one is
     */
    public boolean open() {
        lookAgain();
        if (mailbox.append(this)) {
            return true;
        }
        refused = mailbox.newest() != this;
        return false;
    }

    /** Whether what is offered here is of no use: a later lane has been opened, or the mailbox has ended. Writer only. */
    public boolean isOver() {
        return refused || follower != null || mailbox.isShut();
    }

    /**
     * Adds an element. Writer only; never blocks.
     *
     * @return whether the reader can get it; if not, the mailbox takes in nothing any more, from this call on if it did not
     *     fit
     */
    public boolean offer(E element) {
        if (mailbox.isShut()) {
            mailbox.refused(element);
            return false;
        }
        int size = mailbox.sizeOf(element);
        if (!fits(size) && !fitsByNow(size)) {
            mailbox.overran(element);
            return false;
        }
        offeredBytes.setRelease(offeredBytes.getPlain() + size);
        offered.setRelease(offered.getPlain() + 1);
        queue.offer(element);
        if (mailbox.isEager()) {
            gatherIfMuchWaits();
        }
        mailbox.wakeIfArmed();
        unreportedBytes += size + MemoryBudget.ELEMENT_BYTES;
        if (unreportedBytes >= MemoryAccount.REPORT_BYTES) {
            unreportedBytes = 0;
            mailbox.report();
        }
        return true;
    }

    private boolean fits(int size) {
        long updates = waitingAsSeen();
        return updates == 0 || mailbox.admits(updates, waitingBytesAsSeen() + size);
    }

    /** Whether it fits when the reader's progress is looked at, or room has been made. */
    private boolean fitsByNow(int size) {
        lookAgain();
        if (fits(size)) {
            return true;
        }
        boolean tried = mailbox.makeRoom(waitingAsSeen(), waitingBytesAsSeen() + size);
        lookAgain();
        return fits(size) || (!tried && mailbox.admitsBeyond(waitingAsSeen(), waitingBytesAsSeen() + size));
    }

    private void gatherIfMuchWaits() {
        if (++ungathered >= mailbox.gatheredAtOnce() && muchWaits()) {
            ungathered = 0;
            lookAgain();
            if (muchWaits()) {
                mailbox.gather();
            }
        }
    }

    private boolean muchWaits() {
        return !mailbox.admits(waitingAsSeen() * 2, waitingBytesAsSeen() * 2);
    }

    private long waitingAsSeen() {
        return before + offered.getPlain() - takenSeen;
    }

    private long waitingBytesAsSeen() {
        return bytesBefore + offeredBytes.getPlain() - takenBytesSeen;
    }

    private void lookAgain() {
        takenSeen = taken.getAcquire();
        takenBytesSeen = takenBytes.getAcquire();
        before = mailbox.waitingBefore(this);
        bytesBefore = mailbox.waitingBytesBefore(this);
    }

    /** Says that its writer will not be asked to use it any more. Any thread. */
    public void abandon() {
        unused = true;
    }

    /** Whether that has been said. Any thread. */
    public boolean isAbandoned() {
        return unused;
    }

    @Nullable
    E take() {
        E element = queue.poll();
        if (element != null) {
            taken.setRelease(taken.getPlain() + 1);
            takenBytes.setRelease(takenBytes.getPlain() + mailbox.sizeOf(element));
        }
        return element;
    }

    @Nullable
    E peek() {
        return queue.peek();
    }

    @Nullable
    Lane<E> follower() {
        return follower;
    }

    /** Ties in the lane that was opened after this one; on that one's writer thread. */
    void follow(Lane<E> later) {
        follower = later;
    }

    /** Says that the reader has left this lane for the next. */
    void finish() {
        finished = true;
    }

    /** Whether a lane that is open makes this one useless: it is of a later place, or a later lane of the same place. */
    boolean isBehind(Lane<E> open) {
        return place < open.place || (place == open.place && number <= open.number);
    }

    long updates() {
        return offered.getAcquire();
    }

    long bytes() {
        return offeredBytes.getAcquire();
    }

    long waiting() {
        return finished ? 0 : Math.max(0, offered.getAcquire() - taken.getAcquire());
    }

    long waitingBytes() {
        return finished ? 0 : Math.max(0, offeredBytes.getAcquire() - takenBytes.getAcquire());
    }

    /** Whether the reader gets nothing from it any more. */
    boolean isSpent() {
        return finished || (unused && updates() == 0);
    }
}
