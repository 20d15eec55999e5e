package io.firehole.pool.budget.ledger;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A disk in memory that fails as it is told to, and of which a loss of power leaves what was made durable. */
final class FakeDisk implements Disk {

    /** What goes wrong from now on. */
    enum Fault {
        NONE,
        /** A file cannot be opened: no descriptors are left. */
        OPEN_FAILS,
        /** A file can be opened, but its sectors cannot be read. */
        READ_FAILS,
        /** Nothing is written. */
        DISK_FULL,
        /** A write ends half-way. */
        WRITE_TEARS,
        /** What is written can be read again, but does not last. */
        FORCE_FAILS
    }

    private final Random random;
    private final Map<Path, byte[]> cached = new HashMap<>();
    private final Map<Path, byte[]> lasting = new HashMap<>();
    private Fault fault = Fault.NONE;

    FakeDisk(Random random) {
        this.random = random;
    }

    void fail(Fault how) {
        fault = how;
    }

    /** The file as it is, to be damaged in place; null if it is not there. */
    byte @Nullable [] content(Path file) {
        return cached.get(file);
    }

    /** Puts that content there. */
    void put(Path file, byte[] content) {
        cached.put(file, content);
        lasting.put(file, content.clone());
    }

    void remove(Path file) {
        cached.remove(file);
        lasting.remove(file);
    }

    /** What was not made durable may be there, or not, sector by sector. */
    void losePower() {
        for (Map.Entry<Path, byte[]> file : lasting.entrySet()) {
            byte[] now = cached.get(file.getKey());
            if (now != null && now.length == file.getValue().length) {
                for (int at = 0; at < now.length; at += 512) {
                    if (random.nextBoolean()) {
                        System.arraycopy(now, at, file.getValue(), at, Math.min(512, now.length - at));
                    }
                }
            }
        }
        cached.clear();
        lasting.forEach((file, content) -> cached.put(file, content.clone()));
    }

    @Override
    public byte[] read(Path file, int bytesMax) throws IOException {
        if (fault == Fault.OPEN_FAILS) {
            throw new IOException("Too many open files");
        }
        byte[] content = cached.get(file);
        if (content == null) {
            throw new NoSuchFileException(file.toString());
        }
        if (fault == Fault.READ_FAILS) {
            throw new UnreadableLedgerException("Input/output error");
        }
        if (content.length > bytesMax) {
            throw new UnreadableLedgerException("too long");
        }
        return content.clone();
    }

    @Override
    public void overwrite(Path file, List<Part> parts, boolean durable) throws IOException {
        byte[] content = cached.get(file);
        if (content == null) {
            throw new NoSuchFileException(file.toString());
        }
        if (fault == Fault.DISK_FULL) {
            throw new IOException("No space left on device");
        }
        for (Part part : parts) {
            boolean torn = fault == Fault.WRITE_TEARS && random.nextBoolean();
            int length = torn ? random.nextInt(part.bytes().length) : part.bytes().length;
            System.arraycopy(part.bytes(), 0, content, (int) part.position(), length);
            if (torn) {
                throw new IOException("Input/output error");
            }
        }
        if (durable) {
            if (fault == Fault.FORCE_FAILS) {
                throw new IOException("Input/output error");
            }
            lasting.put(file, content.clone());
        }
    }

    @Override
    public void replace(Path file, byte[] content) throws IOException {
        switch (fault) {
            case OPEN_FAILS, DISK_FULL, WRITE_TEARS -> throw new IOException("No space left on device");
            case FORCE_FAILS -> {
                // The last step, the directory's, may be the one that fails: then the new file is there already.
                if (random.nextBoolean()) {
                    cached.put(file, content.clone());
                }
                throw new IOException("Input/output error");
            }
            case NONE, READ_FAILS -> {
                put(file, content.clone());
            }
        }
    }

    @Override
    public void copy(Path file, Path to) throws IOException {
        put(to, read(file, Integer.MAX_VALUE).clone());
    }
}
