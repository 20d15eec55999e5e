package io.firehole.simulator.time;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads lengths of time as people write them: {@code 250ms}, {@code 3s}, {@code 1.5s}, {@code 5m}, {@code 1h}. */
public final class Span {

    private static final Pattern TEXT = Pattern.compile("([0-9]{1,12}(?:\\.[0-9]{1,9})?)(ms|s|m|h)");
    private static final Duration LONGEST = Duration.ofDays(365);

    private Span() {}

    /**
     * Reads one length of time.
     *
     * @throws IllegalArgumentException if the text is not a number with a unit, or means more than a year; the message
     *     names the text and what is allowed
     */
    public static Duration parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a length of time: write a number and ms, s, m or h, as in 250ms or 3s");
        }
        double unitNanos = switch (matcher.group(2)) {
            case "ms" -> 1e6;
            case "s" -> 1e9;
            case "m" -> 60e9;
            default -> 3600e9;
        };
        double nanos = Double.parseDouble(matcher.group(1)) * unitNanos;
        if (nanos > LONGEST.toNanos()) {
            throw new IllegalArgumentException("\"" + text + "\" is longer than a year");
        }
        return Duration.ofNanos(Math.round(nanos));
    }
}
