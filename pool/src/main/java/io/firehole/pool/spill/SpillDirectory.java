package io.firehole.pool.spill;

import io.firehole.pool.mailbox.Overflow;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pool's own directory for what waits on disk. Any thread that may block; the counts, any thread.
 *
 * <p>It is made when the first file is, below a directory that several processes may use at once: each holds a lock in its
 * own, so that what nobody holds a lock in was left behind by a process that is gone, and is deleted. Another lock keeps
 * one that is just being made from looking like that.
 */
public final class SpillDirectory implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(SpillDirectory.class);
    private static final String PREFIX = "pool-";
    private static final String LOCK = "lock";

    /** For pools of one process, between which a file's lock does not decide. */
    private static final Object MAKING = new Object();

    private final Path parent;
    private final long fileBytesMax;
    private final long bytesMax;
    private final Disk disk;
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong files = new AtomicLong();
    private final LongAdder spilled = new LongAdder();
    private final LongAdder readBack = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder lost = new LongAdder();

    // Guarded by this.
    private @Nullable Path own;
    private @Nullable FileChannel lock;
    private boolean closed;

    /**
     * Makes nothing yet.
     *
     * @param parent below which the directory is made
     * @param fileBytesMax how many bytes one file may hold
     * @param bytesMax how many all together
     */
    public SpillDirectory(Path parent, long fileBytesMax, long bytesMax) {
        this(parent, fileBytesMax, bytesMax, Disk.SYSTEM);
    }

    SpillDirectory(Path parent, long fileBytesMax, long bytesMax, Disk disk) {
        this.parent = parent;
        this.fileBytesMax = fileBytesMax;
        this.bytesMax = bytesMax;
        this.disk = disk;
    }

    /** Deletes what processes that are gone have left behind. */
    public void deleteLeftovers() {
        if (!Files.isDirectory(parent)) {
            return; // nobody has ever spilled
        }
        synchronized (MAKING) {
            try (FileChannel making = lockOf(parent);
                    DirectoryStream<Path> all = Files.newDirectoryStream(parent, PREFIX + "*")) {
                making.lock();
                for (Path each : all) {
                    deleteIfNobodys(each);
                }
            } catch (IOException unreadable) {
                log.warn("What earlier processes left in {} cannot be deleted: {}", parent, unreadable.toString());
            }
        }
    }

    private static void deleteIfNobodys(Path directory) {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (FileChannel channel = lockOf(directory)) {
            FileLock nobodys = channel.tryLock();
            if (nobodys != null) {
                delete(directory);
                log.info("Deleted {}, which a process that is gone had left behind", directory);
            }
        } catch (OverlappingFileLockException inUse) {
            // by another pool of this process
        } catch (NoSuchFileException gone) {
            // its pool has just deleted it
        } catch (IOException unreadable) {
            log.warn("{}, which an earlier process left, cannot be deleted: {}", directory, unreadable.toString());
        }
    }

    private static FileChannel lockOf(Path directory) throws IOException {
        Path file = directory.resolve(LOCK);
        return FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), ownerOnly(file, "rw-------"));
    }

    private static void delete(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(directory);
    }

    /** Where the file system knows such rights. */
    static FileAttribute<?>[] ownerOnly(Path path, String rights) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(rights))}
                : new FileAttribute<?>[0];
    }

    /**
     * A queue in one more file of this directory, which is made when it is needed.
     *
     * @param form how elements are written
     */
    public <E> Overflow<E> file(SpillForm<E> form) {
        return new SpillFile<>(this, form, "monitor-" + files.incrementAndGet(), fileBytesMax);
    }

    /** Bytes that all files hold. */
    public long used() {
        return used.get();
    }

    /** Bytes they may hold. */
    public long bytesMax() {
        return bytesMax;
    }

    /** Updates written so far. */
    public long spilled() {
        return spilled.sum();
    }

    /** Of those, how many were read back. */
    public long readBack() {
        return readBack.sum();
    }

    /** Updates for which there was no room, or that could not be written. */
    public long refused() {
        return refused.sum();
    }

    /** Updates that were written and could not be read back. */
    public long lost() {
        return lost.sum();
    }

    Disk disk() {
        return disk;
    }

    /** Takes room; false if there is none. */
    boolean take(long bytes) {
        if (used.addAndGet(bytes) <= bytesMax) {
            return true;
        }
        used.addAndGet(-bytes);
        return false;
    }

    void giveBack(long bytes) {
        used.addAndGet(-bytes);
    }

    void spilled(long updates) {
        spilled.add(updates);
    }

    void readBack(long updates) {
        readBack.add(updates);
    }

    void refused(long updates) {
        refused.add(updates);
    }

    void lost(long updates) {
        lost.add(updates);
    }

    /** Where files are made. */
    synchronized Path own() throws IOException {
        if (closed) {
            throw new IOException("the pool is closed");
        }
        if (own == null) {
            own = make();
        }
        return own;
    }

    private Path make() throws IOException {
        if (!Files.isDirectory(parent)) {
            Files.createDirectories(parent, ownerOnly(parent, "rwx------"));
        }
        synchronized (MAKING) {
            try (FileChannel making = lockOf(parent)) {
                making.lock();
                Path made = Files.createTempDirectory(parent, PREFIX, ownerOnly(parent, "rwx------"));
                FileChannel channel = lockOf(made);
                channel.lock();
                lock = channel;
                return made;
            }
        }
    }

    /** Deletes it with all that is in it; what waits in files that are open can still be read. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        Path made = own;
        own = null;
        try {
            if (made != null) {
                delete(made);
            }
            if (lock != null) {
                lock.close();
            }
        } catch (IOException undeletable) {
            log.warn("{} cannot be deleted now; the next start deletes it: {}", made, undeletable.toString());
        }
    }
}
