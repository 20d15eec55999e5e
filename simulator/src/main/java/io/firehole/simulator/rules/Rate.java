package io.firehole.simulator.rules;

import io.firehole.simulator.time.Span;
import java.time.Duration;

/**
 * So many in any window of that length.
 *
 * @param max how many, at least 1
 * @param per the length of the window, at least a millisecond
 */
public record Rate(int max, Duration per) {

    public Rate {
        if (max < 1) {
            throw new IllegalArgumentException("a rate must allow at least 1, was " + max);
        }
        if (per.toMillis() < 1) {
            throw new IllegalArgumentException("a rate's window must be at least 1ms, was " + per);
        }
    }

    /**
     * Reads a rate as the command line writes it, {@code 60/60s}.
     *
     * @throws IllegalArgumentException if it reads otherwise; the message shows the form
     */
    public static Rate parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 1) {
            throw new IllegalArgumentException("\"" + text + "\" is not a rate: write it as 60/60s");
        }
        int max;
        try {
            max = Integer.parseInt(text.substring(0, slash).strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + text + "\" is not a rate: write it as 60/60s", e);
        }
        return new Rate(max, Span.parse(text.substring(slash + 1)));
    }

    @Override
    public String toString() {
        long millis = per.toMillis();
        return max + "/" + (millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms");
    }
}
