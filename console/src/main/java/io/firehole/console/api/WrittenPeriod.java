package io.firehole.console.api;

import io.firehole.console.http.BadQueryException;
import io.firehole.console.http.Reply;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How far back somebody asks, as people write it. */
final class WrittenPeriod {

    private static final Duration LEAST = Duration.ofMinutes(1);
    private static final Pattern WRITTEN = Pattern.compile("(\\d{1,7})([smhd])");

    private WrittenPeriod() {}

    /**
     * That text as a time.
     *
     * @param most the longest that is allowed
     * @param mostWritten the same, as people write it
     * @throws BadQueryException if it is none, or shorter than a minute, or too long
     */
    static Duration parse(String text, Duration most, String mostWritten) throws BadQueryException {
        Matcher matcher = WRITTEN.matcher(text);
        Duration period = Duration.ZERO;
        if (matcher.matches()) {
            long number = Long.parseLong(matcher.group(1));
            period = switch (matcher.group(2)) {
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                default -> Duration.ofDays(number);
            };
        }
        if (period.compareTo(LEAST) < 0 || period.compareTo(most) > 0) {
            throw new BadQueryException("period must be from 1m to " + mostWritten
                    + ", written as in 90s, 30m, 24h or 7d, was \"" + Reply.shortened(text) + "\"");
        }
        return period;
    }
}
