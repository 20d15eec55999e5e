package io.firehole.filters.profile;

import java.time.Duration;

/**
 * At most so many in any window of that length.
 *
 * @param max at least 1
 * @param per longer than nothing
 */
public record Rate(int max, Duration per) {

    public Rate {
        if (max < 1) {
            throw new IllegalArgumentException("a rate admits at least 1, was " + max);
        }
        if (!per.isPositive()) {
            throw new IllegalArgumentException("a rate's window must be longer than nothing, was " + per);
        }
    }

    /**
     * Reads {@code 60/60s}; the units are ms, s, m and h.
     *
     * @throws IllegalArgumentException if it reads otherwise; the message shows the form
     */
    public static Rate parse(String text) {
        int slash = text.indexOf('/');
        int unit = slash + 1;
        while (unit < text.length() && Character.isDigit(text.charAt(unit))) {
            unit++;
        }
        if (slash < 1 || unit == slash + 1) {
            throw new IllegalArgumentException("a rate is COUNT/TIME, as in 60/60s");
        }
        int max = Integer.parseInt(text.substring(0, slash));
        long count = Long.parseLong(text.substring(slash + 1, unit));
        return new Rate(
                max,
                switch (text.substring(unit)) {
                    case "ms" -> Duration.ofMillis(count);
                    case "s" -> Duration.ofSeconds(count);
                    case "m" -> Duration.ofMinutes(count);
                    case "h" -> Duration.ofHours(count);
                    default -> throw new IllegalArgumentException("a rate's time needs its unit: ms, s, m or h");
                });
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        long millis = per.toMillis();
        return max + "/" + (millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms");
    }
}
