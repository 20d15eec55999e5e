package io.firehole.pool.budget.ledger;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The few things a ledger asks of a disk, so that a test can have each of them fail. All of them block. */
interface Disk {

    /**
     * A whole file.
     *
     * @throws java.nio.file.NoSuchFileException if it is not there
     * @throws UnreadableLedgerException if it could be opened, but not be read; or it is longer than {@code bytesMax}
     * @throws IOException if it cannot be opened now, which says nothing of what is in it
     */
    byte[] read(Path file, int bytesMax) throws IOException;

    /**
     * Writes over parts of a file. If that fails, any of them may be written, or half of one.
     *
     * @param durable whether to return only once a loss of power does not undo it
     */
    void overwrite(Path file, List<Part> parts, boolean durable) throws IOException;

    /** Puts a new file in the place of one, if there is one: durably, and at any moment it is the old one or the new one. */
    void replace(Path file, byte[] content) throws IOException;

    /** Copies a file over another. */
    void copy(Path file, Path to) throws IOException;

    /**
     * What to write, and where.
     *
     * @param position from the start of the file
     * @param bytes the content; not to be changed any more
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once and never compared
    record Part(long position, byte[] bytes) {}
}
