package io.firehole.pool.budget.ledger;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The turn at a ledger file: one at a time on this machine. The kernel takes it back from a process that dies.
 *
 * <p>It is a lock on a file of its own, since the ledger file itself is replaced at times.
 */
final class TurnLock implements AutoCloseable {

    /**
     * Those this process has. The kernel's lock belongs to the whole process: to close the file anywhere in it frees the
     * lock, so nobody else here may even open it.
     */
    private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private TurnLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** Takes it, or gives null if somebody has it. Does not wait. */
    static @Nullable TurnLock tryTake(Path file) throws IOException {
        if (!OURS.add(file)) {
            return null;
        }
        TurnLock taken = null;
        try {
            taken = tryTakeFromOthers(file);
            return taken;
        } finally {
            if (taken == null) {
                OURS.remove(file);
            }
        }
    }

    private static @Nullable TurnLock tryTakeFromOthers(Path file) throws IOException {
        FileChannel channel = FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), StateDirectory.ownerOnly(file));
        boolean taken = false;
        try {
            taken = channel.tryLock() != null;
            return taken ? new TurnLock(file, channel) : null;
        } catch (OverlappingFileLockException anotherClassLoader) {
            return null;
        } finally {
            if (!taken) {
                channel.close();
            }
        }
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            OURS.remove(file);
        }
    }
}
