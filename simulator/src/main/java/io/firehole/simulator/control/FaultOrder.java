package io.firehole.simulator.control;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.simulator.faults.Fault;
import io.firehole.simulator.faults.FaultKind;
import io.firehole.simulator.time.Span;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code {"kind": "stall", "for": "3s", "every": "10s", "connections": [1, 2]}}. */
final class FaultOrder {

    private static final Set<String> KEYS = Set.of("kind", "for", "every", "connections");

    private FaultOrder() {}

    /**
     * Reads an order.
     *
     * @throws IllegalArgumentException if it is none; the message names what is wrong and what is allowed
     */
    static Fault read(JsonNode order) {
        if (!order.isObject()) {
            throw new IllegalArgumentException("a fault is an object like {\"kind\": \"stall\", \"for\": \"3s\"}");
        }
        for (Iterator<String> names = order.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!KEYS.contains(name)) {
                throw new IllegalArgumentException(
                        "unknown key \"" + name + "\"; known are kind, for, every, connections");
            }
        }
        return new Fault(kind(order), span(order, "for"), span(order, "every"), connections(order));
    }

    private static FaultKind kind(JsonNode order) {
        JsonNode kind = order.get("kind");
        if (kind == null || !kind.isTextual()) {
            throw new IllegalArgumentException("\"kind\" is missing; known are " + FaultKind.names());
        }
        return FaultKind.named(kind.asText())
                .orElseThrow(() -> new IllegalArgumentException(
                        "unknown kind \"" + kind.asText() + "\"; known are " + FaultKind.names()));
    }

    private static @Nullable Duration span(JsonNode order, String key) {
        JsonNode span = order.get(key);
        if (span == null || span.isNull()) {
            return null;
        }
        if (!span.isTextual()) {
            throw new IllegalArgumentException("\"" + key + "\" must be a text like \"3s\", was " + span);
        }
        try {
            return Span.parse(span.asText());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"" + key + "\": " + e.getMessage(), e);
        }
    }

    private static @Nullable Set<Long> connections(JsonNode order) {
        JsonNode ids = order.get("connections");
        if (ids == null || ids.isNull()) {
            return null;
        }
        if (!ids.isArray()) {
            throw new IllegalArgumentException("\"connections\" must be a list of ids, was " + ids);
        }
        Set<Long> connections = new HashSet<>();
        for (JsonNode id : ids) {
            if (!id.isIntegralNumber() || !id.canConvertToLong()) {
                throw new IllegalArgumentException("\"connections\" must be a list of ids, found " + id);
            }
            connections.add(id.asLong());
        }
        return connections;
    }
}
