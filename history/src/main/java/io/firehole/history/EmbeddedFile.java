package io.firehole.history;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The place of the file, claimed for this process: whoever comes second gets one with a number. */
final class EmbeddedFile implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EmbeddedFile.class);

    /** More processes than that hardly keep a history in one directory. */
    static final int FILES_MAX = 16;

    private final Path database;
    private final FileChannel claim;

    private EmbeddedFile(Path database, FileChannel claim) {
        this.database = database;
        this.claim = claim;
    }

    /**
     * Claims {@code history.db} in a directory, or else {@code history-2.db} and so on.
     *
     * @throws IOException if all of them are taken or the directory cannot be written to
     */
    static EmbeddedFile claim(Path directory) throws IOException {
        Files.createDirectories(directory);
        for (int number = 1; number <= FILES_MAX; number++) {
            EmbeddedFile file = claim(directory, number);
            if (file != null) {
                if (number > 1) {
                    log.warn(
                            "Another process keeps its history in {}; this one keeps its own in {}",
                            name(directory, 1),
                            file.database);
                }
                return file;
            }
        }
        throw new IOException("all of " + FILES_MAX + " files of histories in " + directory + " are in use");
    }

    /** Claims the one of that number, or gives null if somebody else has it. */
    static @Nullable EmbeddedFile claim(Path directory, int number) throws IOException {
        Path database = name(directory, number);
        FileChannel channel = FileChannel.open(
                database.resolveSibling(database.getFileName() + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        boolean claimed = false;
        try {
            claimed = channel.tryLock() != null;
        } catch (OverlappingFileLockException ofThisProcess) {
            log.debug("{} is in use in this process", database, ofThisProcess);
        } finally {
            if (!claimed) {
                channel.close();
            }
        }
        return claimed ? new EmbeddedFile(database, channel) : null;
    }

    static Path name(Path directory, int number) {
        return directory.resolve(number == 1 ? "history.db" : "history-" + number + ".db");
    }

    Path database() {
        return database;
    }

    /** Puts a file that cannot be read out of the way, with what belongs to it; returns where it is now. */
    Path setAside(String mark) throws IOException {
        Path aside = database.resolveSibling(database.getFileName() + ".damaged-" + mark);
        for (String part : new String[] {"", "-wal", "-shm"}) {
            Path of = Path.of(database + part);
            if (Files.exists(of)) {
                Files.move(of, Path.of(aside + part), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return aside;
    }

    @Override
    public void close() {
        try {
            claim.close();
        } catch (IOException e) {
            log.debug("The claim on {} was not let go in order", database, e);
        }
    }
}
