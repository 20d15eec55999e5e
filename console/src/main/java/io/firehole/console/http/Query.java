package io.firehole.console.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firehole.console.access.Caller;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What somebody asks of a resource. Immutable.
 *
 * @param path the variable parts of the path, by name, decoded
 * @param parameters those of the query string, by name, decoded
 * @param headers of the request that a resource may look at, by name in lower case
 * @param body what came with a POST; empty if nothing did
 * @param caller who asks
 * @param byToken whether the request shows the caller's token, and not only a session's cookie
 */
public record Query(
        Map<String, String> path,
        Map<String, String> parameters,
        Map<String, String> headers,
        String body,
        Caller caller,
        boolean byToken) {

    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final int DIGITS_MAX = 9;

    public Query {
        path = Map.copyOf(path);
        headers = Map.copyOf(headers);
        parameters = Map.copyOf(parameters);
    }

    /** The part of the path with that name. */
    public String part(String name) {
        String part = path.get(name);
        if (part == null) {
            throw new IllegalStateException("no part of the path is called " + name);
        }
        return part;
    }

    /** A parameter's text; empty if it was not given. */
    public Optional<String> text(String name) {
        return Optional.ofNullable(parameters.get(name));
    }

    /**
     * A parameter that says yes or no; no if it was not given.
     *
     * @throws BadQueryException if it is something else
     */
    public boolean flag(String name) throws BadQueryException {
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
    public int count(String name, int fallback, int least, int most) throws BadQueryException {
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

    /**
     * A parameter that is a number as stream and connection numbers are.
     *
     * @throws BadQueryException if it is something else
     */
    public Optional<Long> number(String name) throws BadQueryException {
        String text = parameters.get(name);
        if (text == null) {
            return Optional.empty();
        }
        if (!text.matches("\\d{1,18}")) {
            throw new BadQueryException(
                    name + " must be a whole number from 0 on, was \"" + Reply.shortened(text) + "\"");
        }
        return Optional.of(Long.parseLong(text));
    }

    /**
     * What came with a POST, which must be one JSON object.
     *
     * @param known the fields it may have
     * @throws BadQueryException if it is something else, or has another field
     */
    public ObjectNode document(List<String> known) throws BadQueryException {
        try {
            if (MAPPER.readTree(body) instanceof ObjectNode object) {
                for (Map.Entry<String, ?> field : object.properties()) {
                    if (!known.contains(field.getKey())) {
                        throw new BadQueryException("unknown field \"" + Reply.shortened(field.getKey())
                                + "\"; there are " + String.join(", ", known));
                    }
                }
                return object;
            }
        } catch (JsonProcessingException noJson) {
            // said below
        }
        throw new BadQueryException("the body must be one JSON object with " + String.join(", ", known));
    }
}
