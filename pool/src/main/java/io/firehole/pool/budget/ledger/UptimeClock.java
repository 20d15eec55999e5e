package io.firehole.pool.budget.ledger;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * The boot clock of Linux: seconds since the boot, with those in which the machine slept, as the kernel tells them.
 *
 * <p>The file stays open, so that a process which has no descriptors left can still tell the time; and it is no
 * {@code FileChannel}, which an interrupted thread would close for good.
 */
final class UptimeClock implements BootClock {

    static final Path UPTIME = Path.of("/proc/uptime");
    static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    /** More than two numbers of 20 digits take. */
    private static final int LINE_MAX = 64;

    private final RandomAccessFile uptime;
    private final UUID bootId;
    private final byte[] line = new byte[LINE_MAX];

    private UptimeClock(RandomAccessFile uptime, UUID bootId) {
        this.uptime = uptime;
        this.bootId = bootId;
    }

    static UptimeClock open() {
        try {
            UUID bootId = UUID.fromString(Files.readString(BOOT_ID).strip());
            return new UptimeClock(new RandomAccessFile(UPTIME.toFile(), "r"), bootId);
        } catch (IOException e) {
            throw new UncheckedIOException("the time since boot cannot be read from " + UPTIME, e);
        }
    }

    @Override
    public synchronized long nanos() {
        try {
            uptime.seek(0);
            int read = uptime.read(line);
            return parse(new String(line, 0, Math.max(0, read), StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException("the time since boot cannot be read from " + UPTIME, e);
        }
    }

    @Override
    public UUID bootId() {
        return bootId;
    }

    /** The first number of a line as {@code 12345.67 54321.00}: seconds, with two decimals. */
    static long parse(String line) throws IOException {
        int point = line.indexOf('.');
        int blank = line.indexOf(' ');
        if (point < 1 || blank != point + 3) {
            throw new IOException("no seconds with two decimals in \"" + line.strip() + "\"");
        }
        try {
            long seconds = Long.parseLong(line, 0, point, 10);
            long hundredths = Long.parseLong(line, point + 1, blank, 10);
            return seconds * 1_000_000_000L + hundredths * 10_000_000L;
        } catch (NumberFormatException e) {
            throw new IOException("no seconds with two decimals in \"" + line.strip() + "\"", e);
        }
    }
}
