package io.firehole.pool.spill;

import io.firehole.pool.mailbox.Overflow;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue in a file that never becomes longer than its limit: behind the limit it goes on at the beginning. One thread at a
 * time, but for the counts.
 *
 * <p>Each element is four bytes with its length, four with its CRC-32C, and then itself. The file is made with the first
 * element and deleted with the last.
 */
final class SpillFile<E> implements Overflow<E> {

    private static final Logger log = LoggerFactory.getLogger(SpillFile.class);

    private static final int PREFIX_BYTES = 2 * Integer.BYTES;

    /** Read and written at once, at most: the JDK keeps a buffer of that size for each thread that does. */
    private static final int CHUNK_BYTES = 64 << 10;

    private final SpillDirectory directory;
    private final SpillForm<E> form;
    private final String name;
    private final long bytesMax;
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicLong waitingBytes = new AtomicLong();

    private Disk.@Nullable File file;
    private @Nullable Path path;

    /** Where the next byte is read and written, counted from when the file was made. */
    private long read;

    private long written;

    SpillFile(SpillDirectory directory, SpillForm<E> form, String name, long bytesMax) {
        this.directory = directory;
        this.form = form;
        this.name = name;
        this.bytesMax = bytesMax;
    }

    @Override
    public void append(List<E> elements) throws IOException {
        long length = 0;
        long size = 0;
        for (E element : elements) {
            length += PREFIX_BYTES + form.length(element);
            size += form.size(element);
        }
        try {
            if (written - read + length > bytesMax) {
                throw new IOException("limit " + bytesMax + " bytes on disk for one monitor (mailbox.spill-max)");
            }
            if (!directory.take(length)) {
                throw new IOException(
                        "limit " + directory.bytesMax() + " bytes on disk for all monitors (mailbox.spill-total)");
            }
            write(elements, length);
        } catch (IOException refused) {
            directory.refused(elements.size());
            throw refused;
        }
        written += length;
        waiting.addAndGet(elements.size());
        waitingBytes.addAndGet(size);
        directory.spilled(elements.size());
    }

    private void write(List<E> elements, long length) throws IOException {
        try {
            ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(length));
            for (E element : elements) {
                int elementLength = form.length(element);
                int begin = buffer.position() + PREFIX_BYTES;
                buffer.putInt(elementLength);
                form.write(element, buffer.slice(begin, elementLength));
                buffer.putInt(crc(buffer, begin, elementLength));
                buffer.position(begin + elementLength);
            }
            writeAt(written, buffer.flip());
        } catch (IOException failed) {
            directory.giveBack(length);
            log.warn("Cannot write what waits for a slow monitor: {}", failed.toString());
            throw told("cannot be written to disk", failed);
        }
    }

    private static int crc(ByteBuffer buffer, int begin, int length) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.slice(begin, length));
        return (int) crc.getValue();
    }

    /** Without the path, which is nobody's business who reads the status. */
    private static IOException told(String what, IOException why) {
        String reason = why instanceof FileSystemException onFile ? onFile.getReason() : why.getMessage();
        return new IOException(what + ": " + (reason == null ? why.getClass().getSimpleName() : reason), why);
    }

    @Override
    public List<E> take(int updates, long bytes) throws IOException {
        try {
            return takeSome(updates, bytes);
        } catch (IOException unreadable) {
            directory.lost(waiting.get());
            throw told("cannot be read from disk", unreadable);
        }
    }

    private List<E> takeSome(int updates, long bytes) throws IOException {
        List<E> taken = new ArrayList<>();
        long there = written - read;
        if (there == 0) {
            return taken;
        }
        ByteBuffer buffer = readAt(read, (int) Math.min(there, Math.max(bytes, PREFIX_BYTES)));
        int first = PREFIX_BYTES + checkedLength(buffer, there);
        if (first > buffer.remaining()) {
            buffer = readAt(read, first);
        }
        long size = 0;
        while (taken.size() < updates && buffer.remaining() >= PREFIX_BYTES) {
            int length = checkedLength(buffer, there - buffer.position());
            int begin = buffer.position() + PREFIX_BYTES;
            if (buffer.limit() - begin < length) {
                break;
            }
            if (crc(buffer, begin, length) != buffer.getInt(begin - Integer.BYTES)) {
                throw new IOException("the file is damaged");
            }
            E element = form.read(buffer.slice(begin, length));
            buffer.position(begin + length);
            size += form.size(element);
            taken.add(element);
        }
        read += buffer.position();
        directory.giveBack(buffer.position());
        directory.readBack(taken.size());
        waiting.addAndGet(-taken.size());
        waitingBytes.addAndGet(-size);
        if (read == written) {
            close();
        }
        return taken;
    }

    private static int checkedLength(ByteBuffer buffer, long there) throws IOException {
        int length = buffer.getInt(buffer.position());
        if (length < 0 || length > there - PREFIX_BYTES) {
            throw new IOException("the file is damaged");
        }
        return length;
    }

    @Override
    public long waiting() {
        return waiting.get();
    }

    @Override
    public long waitingBytes() {
        return waitingBytes.get();
    }

    @Override
    public void close() {
        directory.giveBack(written - read);
        read = 0;
        written = 0;
        waiting.set(0);
        waitingBytes.set(0);
        Disk.File open = file;
        Path made = path;
        file = null;
        path = null;
        try {
            if (open != null) {
                open.close();
            }
            if (made != null) {
                Files.deleteIfExists(made);
            }
        } catch (IOException undeletable) {
            log.warn("{} cannot be deleted: {}", made, undeletable.toString());
        }
    }

    private Disk.File open() throws IOException {
        Disk.File open = file;
        if (open == null) {
            Path made = directory.own().resolve(name);
            open = directory.disk().create(made);
            file = open;
            path = made;
        }
        return open;
    }

    private void writeAt(long position, ByteBuffer bytes) throws IOException {
        Disk.File open = open();
        long at = position;
        int end = bytes.limit();
        while (bytes.position() < end) {
            bytes.limit(bytes.position() + chunk(at, end - bytes.position()));
            at += open.write(bytes, at % bytesMax);
            bytes.limit(end);
        }
    }

    private ByteBuffer readAt(long position, int length) throws IOException {
        Disk.File open = open();
        ByteBuffer bytes = ByteBuffer.allocate(length);
        long at = position;
        while (bytes.position() < length) {
            bytes.limit(bytes.position() + chunk(at, length - bytes.position()));
            int count = open.read(bytes, at % bytesMax);
            if (count < 0) {
                throw new IOException("the file is shorter than what was written to it");
            }
            at += count;
            bytes.limit(length);
        }
        return bytes.flip();
    }

    private int chunk(long at, int left) {
        return (int) Math.min(Math.min(left, CHUNK_BYTES), bytesMax - at % bytesMax);
    }
}
