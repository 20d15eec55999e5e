package io.firehole.console;

import java.util.Map;
import java.util.Optional;

/**
 * What somebody asks of a resource. Immutable.
 *
 * @param path the variable parts of the path, by name, decoded
 * @param parameters those of the query string, by name, decoded
 */
record Query(Map<String, String> path, Map<String, String> parameters) {

    private static final int DIGITS_MAX = 9;

    Query {
        path = Map.copyOf(path);
        parameters = Map.copyOf(parameters);
    }

    /** The part of the path with that name. */
    String part(String name) {
        String part = path.get(name);
        if (part == null) {
            throw new IllegalStateException("no part of the path is called " + name);
        }
        return part;
    }

    /** A parameter's text; empty if it was not given. */
    Optional<String> text(String name) {
        return Optional.ofNullable(parameters.get(name));
    }

    /**
     * A parameter that says yes or no; no if it was not given.
     *
     * @throws BadQueryException if it is something else
     */
    boolean flag(String name) throws BadQueryException {
        String text = parameters.getOrDefault(name, "false");
        if (!text.equals("true") && !text.equals("false")) {
            throw new BadQueryException(name + " must be true or false, was \"" + Reply.shortened(text) + "\"");
        }
        return text.equals("true");
    }

    /**
     * A parameter that is a whole number.
     *
     * @param fallback its value if it was not given
     * @throws BadQueryException if it is something else
     */
    int count(String name, int fallback, int least, int most) throws BadQueryException {
        String text = parameters.get(name);
        if (text == null) {
            return fallback;
        }
        int value = text.length() <= DIGITS_MAX && text.matches("\\d+") ? Integer.parseInt(text) : -1;
        if (value < least || value > most) {
            throw new BadQueryException(name + " must be a whole number from " + least + " to " + most + ", was \""
                    + Reply.shortened(text) + "\"");
        }
        return value;
    }
}
