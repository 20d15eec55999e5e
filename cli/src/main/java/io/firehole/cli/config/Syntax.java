package io.firehole.cli.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/**
 * How a kind of value is written.
 *
 * @param parse the text's value; an {@link IllegalArgumentException} says what is wrong and what is allowed
 * @param show the value as it would be written
 * @param <T> the value's type
 */
record Syntax<T>(Function<String, T> parse, Function<T, String> show) {

    /** A size of nothing at all needs no unit. */
    private static final String NOTHING = "0";

    /** Names separated by commas. */
    static Syntax<List<String>> names() {
        return new Syntax<>(Values::names, names -> String.join(", ", names));
    }

    /** A whole number, both bounds included. */
    static Syntax<Integer> count(int least, int most) {
        return new Syntax<>(text -> Values.count(text, least, most), String::valueOf);
    }

    /** A number, both bounds included. */
    static Syntax<Double> number(int least, int most) {
        return new Syntax<>(
                text -> {
                    try {
                        double value = Double.parseDouble(text.strip());
                        if (value >= least && value <= most) {
                            return value;
                        }
                    } catch (NumberFormatException notOne) {
                        throw new IllegalArgumentException("must be a number from " + least + " to " + most, notOne);
                    }
                    throw new IllegalArgumentException("must be from " + least + " to " + most);
                },
                value -> value == Math.rint(value) ? String.valueOf(value.intValue()) : value.toString());
    }

    /** Yes or no. */
    static Syntax<Boolean> flag() {
        return new Syntax<>(
                text -> switch (text.strip()) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw new IllegalArgumentException("must be true or false");
                },
                String::valueOf);
    }

    /** A time, both bounds included. */
    static Syntax<Duration> time(Duration least, Duration most) {
        String range = "from " + Values.show(least) + " to " + Values.show(most);
        return new Syntax<>(within(Values::duration, least, most, "must be " + range), Values::show);
    }

    /** A size in bytes, both bounds included. */
    static Syntax<Long> size(long least, long most) {
        String range = "from " + Values.showBytes(least) + " to " + Values.showBytes(most);
        return new Syntax<>(within(Values::bytes, least, most, "must be " + range), Values::showBytes);
    }

    /** That size, or 0. */
    static Syntax<Long> orNothing(Syntax<Long> size) {
        return new Syntax<>(
                text -> text.strip().equals(NOTHING) ? 0L : size.parse().apply(text),
                bytes -> bytes == 0 ? NOTHING : size.show().apply(bytes));
    }

    /** Any text. */
    static Syntax<String> text() {
        return new Syntax<>(text -> text, text -> text);
    }

    /** The path of a file or directory, which need not be there. */
    static Syntax<Path> file() {
        return new Syntax<>(Syntax::path, Path::toString);
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException invalid) {
            throw new IllegalArgumentException("not a path: " + invalid.getReason(), invalid);
        }
    }

    private static <T extends Comparable<T>> Function<String, T> within(
            Function<String, T> parse, T least, T most, String message) {
        return text -> {
            T value = parse.apply(text);
            if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
                throw new IllegalArgumentException(message);
            }
            return value;
        };
    }
}
