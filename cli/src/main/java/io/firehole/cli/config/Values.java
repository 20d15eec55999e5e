package io.firehole.cli.config;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How numbers, times, sizes, shares and addresses are written: always with their unit. */
public final class Values {

    private static final Pattern NUMBER_AND_UNIT = Pattern.compile("(\\d{1,18})\\s*([A-Za-z%]*)");
    private static final Map<String, Long> NANOS = Map.of(
            "ns", 1L,
            "us", 1_000L,
            "ms", 1_000_000L,
            "s", 1_000_000_000L,
            "m", 60_000_000_000L,
            "h", 3_600_000_000_000L,
            "d", 86_400_000_000_000L);
    private static final Map<String, Long> BYTES = Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);

    private Values() {}

    /** A time such as 30s or 5m. */
    public static Duration duration(String text) {
        try {
            return Duration.ofNanos(scaled(text, NANOS, "a time needs its unit, as in 30s, 5m or 500ms"));
        } catch (ArithmeticException overflow) {
            throw new IllegalArgumentException("must be at most 292 years", overflow);
        }
    }

    /** The shortest way to write a time that {@link #duration} reads back. */
    public static String show(Duration time) {
        long nanos = time.toNanos();
        for (String unit : List.of("h", "m", "s", "ms", "us")) {
            long size = NANOS.getOrDefault(unit, 1L);
            boolean usual = !unit.equals("m") || nanos / size > 1; // one minute is written 60s
            if (nanos != 0 && nanos % size == 0 && usual) {
                return nanos / size + unit;
            }
        }
        return nanos == 0 ? "0s" : nanos + "ns";
    }

    /** A size such as 64MiB, in bytes. */
    public static long bytes(String text) {
        try {
            return scaled(text, BYTES, "a size needs its unit, as in 64MiB, 512KiB or 4096B");
        } catch (ArithmeticException overflow) {
            throw new IllegalArgumentException("must be at most 8388608TiB", overflow);
        }
    }

    /** The shortest way to write a size that {@link #bytes} reads back. */
    public static String showBytes(long bytes) {
        for (String unit : List.of("GiB", "MiB", "KiB")) {
            long size = BYTES.getOrDefault(unit, 1L);
            if (bytes != 0 && bytes % size == 0) {
                return bytes / size + unit;
            }
        }
        return bytes + "B";
    }

    /** A share such as 40%, as a fraction. */
    public static double share(String text) {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text.strip());
        if (!matcher.matches() || !matcher.group(2).equals("%") || Long.parseLong(matcher.group(1)) > 100) {
            throw new IllegalArgumentException("a share is a whole percentage from 0% to 100%");
        }
        return Long.parseLong(matcher.group(1)) / 100.0;
    }

    /** The percentage of a fraction. */
    public static String showShare(double share) {
        return Math.round(share * 100) + "%";
    }

    /** A whole number within bounds. */
    public static int count(String text, int least, int most) {
        String digits = text.strip().replace("_", "");
        if (!digits.matches("-?\\d{1,18}")) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "must be a whole number from %,d to %,d", least, most));
        }
        long value = Long.parseLong(digits);
        if (value < least || value > most) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, "must be from %,d to %,d", least, most));
        }
        return (int) value;
    }

    /** An address to listen at, such as 127.0.0.1:10000 or [::1]:10000; port 0 takes a free one. The name is not looked up. */
    public static InetSocketAddress address(String text) {
        String address = text.strip();
        int colon = address.lastIndexOf(':');
        String host = colon < 0 ? "" : address.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.contains(":")) {
            throw new IllegalArgumentException("an IPv6 address stands in brackets, as in [::1]:10000");
        }
        if (host.isEmpty()) {
            throw new IllegalArgumentException("an address is HOST:PORT, as in 127.0.0.1:10000");
        }
        try {
            return InetSocketAddress.createUnresolved(host, count(address.substring(colon + 1), 0, 65_535));
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("the port " + wrong.getMessage(), wrong);
        }
    }

    /**
     * The same with its name looked up, to listen at.
     *
     * @throws IllegalArgumentException if nobody knows the name
     */
    public static InetSocketAddress resolved(InetSocketAddress address) {
        InetSocketAddress resolved = new InetSocketAddress(address.getHostString(), address.getPort());
        if (resolved.isUnresolved()) {
            throw new IllegalArgumentException("nobody knows a host " + address.getHostString());
        }
        return resolved;
    }

    /** HOST:PORT, an IPv6 address in brackets. */
    public static String show(InetSocketAddress address) {
        String host = address.getHostString();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** Names separated by commas. */
    public static List<String> names(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    private static long scaled(String text, Map<String, Long> units, String withoutUnit) {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(withoutUnit);
        }
        Long factor = units.get(matcher.group(2));
        if (factor == null) {
            throw new IllegalArgumentException(
                    matcher.group(2).isEmpty()
                            ? withoutUnit
                            : "unknown unit " + matcher.group(2) + "; "
                                    + withoutUnit.substring(withoutUnit.indexOf("as in")));
        }
        return Math.multiplyExact(Long.parseLong(matcher.group(1)), factor);
    }
}
