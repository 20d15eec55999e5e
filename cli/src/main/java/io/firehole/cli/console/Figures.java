package io.firehole.cli.console;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Locale;

/** Numbers as a terminal shows them. */
public final class Figures {

    private static final String[] UNITS = {"B", "K", "M", "G", "T"};

    private Figures() {}

    /** Bytes in at most five characters. */
    public static String size(double bytes) {
        double rest = bytes;
        int unit = 0;
        while (rest >= 1_000 && unit < UNITS.length - 1) {
            rest /= 1_024;
            unit++;
        }
        return unit == 0 || rest >= 10
                ? Math.round(rest) + UNITS[unit]
                : String.format(Locale.ROOT, "%.1f%s", rest, UNITS[unit]);
    }

    /** A rate in at most six characters. */
    public static String rate(double perSecond) {
        return perSecond < 100
                ? String.format(Locale.ROOT, "%.1f", perSecond)
                : perSecond < 100_000 ? String.valueOf(Math.round(perSecond)) : Math.round(perSecond / 1_000) + "k";
    }

    /** A time in at most six characters. */
    public static String time(long millis) {
        Duration time = Duration.ofMillis(millis);
        if (millis < 1_000) {
            return millis + "ms";
        }
        if (time.toMinutes() < 2) {
            return time.toSeconds() + "s";
        }
        return time.toHours() < 2
                ? time.toMinutes() + "m"
                : time.toDays() < 3 ? time.toHours() + "h" : time.toDays() + "d";
    }

    /** A field as text; a dash where there is nothing, or 0 stands for nothing. */
    public static String text(JsonNode field) {
        String text = field.isNull() ? "" : field.asText();
        return text.isEmpty() || text.equals("0") ? "-" : text;
    }
}
