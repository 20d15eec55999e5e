package io.firehole.pool.budget.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;

/** A disk of this machine. Files are opened anew each time: somebody may have put others in their place. */
final class LocalDisk implements Disk {

    @Override
    public byte[] read(Path file, int bytesMax) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return read(channel, bytesMax);
        }
    }

    private static byte[] read(FileChannel channel, int bytesMax) throws UnreadableLedgerException {
        try {
            long size = channel.size();
            if (size > bytesMax) {
                throw new UnreadableLedgerException("it has " + size + " bytes, and the largest has " + bytesMax);
            }
            ByteBuffer content = ByteBuffer.allocate((int) size);
            while (content.hasRemaining() && channel.read(content) >= 0) {
                // on to the end
            }
            if (content.hasRemaining()) {
                throw new UnreadableLedgerException("it ends after " + content.position() + " of " + size + " bytes");
            }
            return content.array();
        } catch (UnreadableLedgerException e) {
            throw e;
        } catch (IOException e) {
            throw new UnreadableLedgerException("the disk does not give it back: " + e.getMessage(), e);
        }
    }

    @Override
    public void overwrite(Path file, List<Part> parts, boolean durable) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (Part part : parts) {
                write(channel, part);
            }
            if (durable) {
                channel.force(false);
            }
        }
    }

    @Override
    public void replace(Path file, byte[] content) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel channel = FileChannel.open(
                fresh,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE),
                StateDirectory.ownerOnly(file))) {
            write(channel, new Part(0, content));
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        // The name, too, must survive a loss of power.
        try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    @Override
    public void copy(Path file, Path to) throws IOException {
        Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
    }

    private static void write(FileChannel channel, Part part) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(part.bytes());
        long position = part.position();
        while (rest.hasRemaining()) {
            position += channel.write(rest, position);
        }
    }
}
