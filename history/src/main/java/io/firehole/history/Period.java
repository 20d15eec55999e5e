package io.firehole.history;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How far back a question reaches from now.
 *
 * @param length from {@link #MIN} to {@link #MAX}
 */
public record Period(Duration length) {

    /** The shortest: one minute. */
    public static final Duration MIN = Duration.ofMinutes(1);

    /** The longest: 90 days. */
    public static final Duration MAX = Duration.ofDays(90);

    /** Half an hour, where nobody says otherwise. */
    public static final Period DEFAULT = new Period(Duration.ofMinutes(30));

    private static final String ALLOWED =
            "a period is a whole number of minutes, hours or days, from 1m to 90d, " + "as in 30m, 24h or 7d";
    private static final Pattern FORM = Pattern.compile("([0-9]{1,6})([mhd])");

    public Period {
        if (length.compareTo(MIN) < 0 || length.compareTo(MAX) > 0) {
            throw new IllegalArgumentException(ALLOWED);
        }
    }

    /**
     * The period of a text such as {@code 30m}, {@code 24h} or {@code 7d}.
     *
     * @throws IllegalArgumentException for any other text; the message says what is allowed and does not repeat the text
     */
    public static Period parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException(ALLOWED);
        }
        long amount = Long.parseLong(form.group(1));
        return new Period(
                switch (form.group(2)) {
                    case "m" -> Duration.ofMinutes(amount);
                    case "h" -> Duration.ofHours(amount);
                    default -> Duration.ofDays(amount);
                });
    }

    /** As it is written: {@code 90m}, {@code 24h}; whole days from two on as {@code 7d}. */
    public String text() {
        long minutes = length.toMinutes();
        if (minutes % 60 != 0) {
            return minutes + "m";
        }
        long hours = minutes / 60;
        return hours % 24 == 0 && hours > 24 ? hours / 24 + "d" : hours + "h";
    }
}
