package io.firehole.pool.budget.ledger;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A ledger on this machine's disk, shared by all processes that open one of the same name in the same directory.
 *
 * <p>A turn takes a lock, reads the whole file (some kilobytes), and writes what changed in place, on disk before the turn
 * is done. The lock is held for one turn, never for a process's life. One thread at a time; a turn may block as long as the
 * disk takes to write.
 *
 * <h2>What goes wrong, and what becomes of it</h2>
 *
 * <p>A ledger may count too much, never too little: too much costs seconds, too little breaks the rule.
 *
 * <ul>
 *   <li>A process dies between its entry and its connect: the entry counts for nothing, and grows old.
 *   <li>A slot is torn, flipped or zeroed: it counts as an attempt of either kind, granted just now.
 *   <li>The header is damaged, or the file was cut short, or it has vanished under a process that has seen it: nobody knows
 *       what was in it. What is left is set aside (one such file is kept), and a new one holds everybody back, over restarts
 *       as well, until no attempt it can have held matters any more: {@link Retention#hold}.
 *   <li>No file at the first look: a fresh start, with a warning.
 *   <li>A write fails or the disk is full: the turn is {@linkplain Ledger.Turn.Away away}, and nothing was granted.
 *   <li>The machine starts anew: entries are placed by the wall clock; if that went back, they count as granted just now.
 *   <li>A network file system: refused at once.
 * </ul>
 *
 * <p>What it cannot notice: a disk that says it has written and has not; and a file put back from a copy.
 */
public final class FileLedger implements Ledger {

    private static final Logger log = LoggerFactory.getLogger(FileLedger.class);

    private final Path directory;
    private final Path file;
    private final Path lock;
    private final Path aside;
    private final Retention retention;
    private final BootClock clock;
    private final InstantSource wall;
    private final Disk disk;

    /** Whether this process has seen the file: if it is gone then, so is what it held. */
    private boolean seen;

    private volatile boolean closed;

    private FileLedger(
            Path directory, LedgerName name, Retention retention, BootClock clock, InstantSource wall, Disk disk) {
        this.directory = directory;
        this.file = directory.resolve(name + ".ledger");
        this.lock = directory.resolve(name + ".lock");
        this.aside = directory.resolve(name + ".unreadable");
        this.retention = retention;
        this.clock = clock;
        this.wall = wall;
        this.disk = disk;
    }

    /**
     * Opens the ledger of that name, and makes it if it is not there.
     *
     * @param directory the state directory; made if it is missing
     * @param clock shared by all processes that open this ledger
     * @param wall used after another boot only
     * @throws IOException if there can be no ledger in that directory; the message says why and what to do
     */
    public static FileLedger open(
            Path directory, LedgerName name, Retention retention, BootClock clock, InstantSource wall)
            throws IOException {
        return open(directory, name, retention, clock, wall, new LocalDisk());
    }

    static FileLedger open(
            Path directory, LedgerName name, Retention retention, BootClock clock, InstantSource wall, Disk disk)
            throws IOException {
        FileLedger ledger = new FileLedger(StateDirectory.prepare(directory), name, retention, clock, wall, disk);
        try {
            ledger.tryOut();
        } catch (IOException e) {
            throw StateDirectory.unusable(directory, e);
        }
        return ledger;
    }

    /** One turn without a decision. That somebody else has it or that all are held back is no fault. */
    private void tryOut() throws IOException {
        try (TurnLock mine = TurnLock.tryTake(lock)) {
            if (mine != null) {
                load(now());
            }
        }
    }

    @Override
    public <T> Turn<T> turn(Decision<T> decision) {
        if (closed) {
            return new Turn.Away<>("the ledger " + file + " is closed");
        }
        try (TurnLock mine = TurnLock.tryTake(lock)) {
            return mine == null ? new Turn.Busy<>() : decide(decision);
        } catch (NoSuchFileException e) {
            return new Turn.Away<>(remade(e));
        } catch (IOException e) {
            return new Turn.Away<>("the ledger " + file + " cannot be used: " + told(e));
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    private <T> Turn<T> decide(Decision<T> decision) throws IOException {
        Stamp now = now();
        LedgerImage image = load(now);
        OptionalLong held =
                image.holdNanos() == 0 ? OptionalLong.of(0) : image.holdSince().ageNanos(now);
        if (held.isEmpty()) {
            // The clocks went back: nobody can say how much of the hold has passed, so it begins again.
            image = replace(now, retention.hold());
            held = OptionalLong.of(0);
        }
        FileTurn turn = new FileTurn(image, now, retention);
        if (turn.unreadable() > 0 || turn.untimely() > 0) {
            log.warn(
                    "{}: {} entries cannot be read and {} lie in the future, since the clocks went back; all count as new",
                    file,
                    turn.unreadable(),
                    turn.untimely());
        }
        long leftNanos = image.holdNanos() - held.getAsLong();
        if (leftNanos > 0) {
            // What was damaged grows old during the hold, not after it.
            write(image, turn);
            return new Turn.Held<>(
                    leftNanos,
                    "the ledger " + file + " was unreadable or had vanished, and attempts it held may still count");
        }
        T result = decision.decide(turn);
        write(image, turn);
        return new Turn.Done<>(result);
    }

    private void write(LedgerImage image, FileTurn turn) throws IOException {
        Map<Integer, Slot.Taken> changed = turn.changed();
        if (changed.isEmpty()) {
            return;
        }
        if (turn.slotsNeeded() > image.slots()) {
            disk.replace(file, image.grown(grownTo(turn.slotsNeeded()), changed).bytes());
            return;
        }
        List<Disk.Part> before = new ArrayList<>();
        List<Disk.Part> after = new ArrayList<>();
        changed.forEach((index, slot) -> {
            int position = LedgerImage.sizeFor(index);
            after.add(new Disk.Part(position, image.toBytes(slot, index)));
            if (turn.added(index)) {
                before.add(new Disk.Part(position, Arrays.copyOfRange(image.bytes(), position, position + Slot.BYTES)));
            }
        });
        try {
            disk.overwrite(file, after, turn.mustLast());
        } catch (IOException e) {
            takeBack(before, e);
            throw e;
        }
    }

    /** What was added does not count; left in the file it would, until it is old. */
    private void takeBack(List<Disk.Part> before, IOException failed) {
        try {
            disk.overwrite(file, before, false);
        } catch (IOException e) {
            failed.addSuppressed(e);
        }
    }

    private int grownTo(int slotsNeeded) throws IOException {
        if (slotsNeeded > retention.entriesMax()) {
            throw new IOException("it is full: it holds its limit of " + retention.entriesMax() + " entries");
        }
        int steps = Math.ceilDiv(slotsNeeded, LedgerImage.STEP);
        return Math.min(retention.entriesMax(), Integer.highestOneBit(2 * steps - 1) * LedgerImage.STEP);
    }

    private LedgerImage load(Stamp now) throws IOException {
        LedgerImage image;
        try {
            image = LedgerImage.of(disk.read(file, bytesMax()));
        } catch (NoSuchFileException e) {
            if (seen) {
                log.warn("{} has vanished: nobody connects until nothing it held can matter any more", file);
                return replace(now, retention.hold());
            }
            log.warn("{} is not there: starting as if nothing had been connected for a long time", file);
            image = replace(now, Duration.ZERO);
        } catch (UnreadableLedgerException e) {
            setAside(e);
            image = replace(now, retention.hold());
        }
        seen = true;
        return image;
    }

    /** Another program that shares the file may have been given more room. */
    private int bytesMax() {
        return LedgerImage.sizeFor(Math.max(Retention.ENTRIES_MAX, retention.entriesMax()));
    }

    private LedgerImage replace(Stamp now, Duration hold) throws IOException {
        LedgerImage fresh = LedgerImage.empty(Math.min(LedgerImage.STEP, retention.entriesMax()), now, hold.toNanos());
        disk.replace(file, fresh.bytes());
        return fresh;
    }

    /** A copy, so that at no moment there is no file: who found none would start afresh. */
    private void setAside(UnreadableLedgerException why) {
        try {
            disk.copy(file, aside);
            log.warn("{} cannot be read: {}. It is kept as {}", file, why.getMessage(), aside);
        } catch (IOException e) {
            log.warn("{} cannot be read: {}. Nor can it be kept: {}", file, why.getMessage(), told(e));
        }
    }

    /** Somebody has removed the directory. */
    private String remade(NoSuchFileException gone) {
        try {
            StateDirectory.create(directory);
            return "the state directory " + directory + " had vanished and was made again";
        } catch (IOException e) {
            e.addSuppressed(gone);
            return "the state directory " + directory + " has vanished and cannot be made again: " + told(e);
        }
    }

    private Stamp now() throws IOException {
        try {
            return new Stamp(clock.bootId(), clock.nanos(), wall.millis());
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage(), e.getCause());
        }
    }

    /** Many exceptions of files tell the file and leave the reason to their class. */
    private static String told(IOException e) {
        return e.getClass() == IOException.class && e.getMessage() != null ? e.getMessage() : e.toString();
    }
}
