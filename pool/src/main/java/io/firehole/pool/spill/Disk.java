package io.firehole.pool.spill;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** Where files are, so that a test can have one that fails. */
interface Disk {

    /** The machine's own. */
    Disk SYSTEM = path -> new File() {

        private final FileChannel channel = FileChannel.open(
                path,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                SpillDirectory.ownerOnly(path, "rw-------"));

        @Override
        public int write(ByteBuffer from, long position) throws IOException {
            return channel.write(from, position);
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return channel.read(into, position);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    };

    /** Makes a file that only its owner can read, and opens it. */
    File create(Path path) throws IOException;

    /** One that is open. */
    interface File extends Closeable {

        /** Writes some of these bytes there, and tells how many. */
        int write(ByteBuffer from, long position) throws IOException;

        /** Reads some bytes from there, and tells how many; -1 behind its end. */
        int read(ByteBuffer into, long position) throws IOException;
    }
}
