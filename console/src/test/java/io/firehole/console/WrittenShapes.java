package io.firehole.console;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Compares answers with the schemas of an OpenAPI document, as strictly as can be: all that a schema names must be there, and nothing
 * that it does not. It knows as much of JSON Schema as that document uses.
 */
final class WrittenShapes {

    private final JsonNode document;
    private final Set<String> met = new HashSet<>();

    WrittenShapes(JsonNode document) {
        this.document = document;
    }

    /** The named schemas that something was compared with. */
    Set<String> met() {
        return met;
    }

    /** What is otherwise than written; empty if nothing is. */
    List<String> differences(JsonNode schema, JsonNode value) {
        List<String> found = new ArrayList<>();
        compare(schema, value, "", found);
        return found;
    }

    private void compare(JsonNode schema, JsonNode value, String where, List<String> found) {
        if (schema.has("$ref")) {
            String name = schema.get("$ref").textValue();
            met.add(name.substring(name.lastIndexOf('/') + 1));
            compare(document.at(name.substring(1)), value, where, found);
        } else if (schema.has("allOf")) {
            JsonNode own = schema.at("/allOf/1/properties/data");
            compare(own, value.path("data"), where + "/data", found);
            document.at("/components/schemas/Answer/required").forEach(field -> {
                if (!value.has(field.textValue())) {
                    found.add(where + " has no " + field.textValue());
                }
            });
        } else if (schema.has("anyOf")) {
            if (!value.isNull()) {
                compare(schema.at("/anyOf/0"), value, where, found);
            }
        } else if (!isOfType(schema.get("type"), value)) {
            found.add(where + " is " + value + ", not " + schema.get("type"));
        } else if (schema.has("enum") && !contains(schema.get("enum"), value)) {
            found.add(where + " is " + value + ", not one of " + schema.get("enum"));
        } else if (value.isArray()) {
            value.forEach(item -> compare(schema.get("items"), item, where + "/item", found));
        } else if (value.isObject()) {
            compareFields(schema, value, where, found);
        }
    }

    private void compareFields(JsonNode schema, JsonNode value, String where, List<String> found) {
        schema.path("required").forEach(field -> {
            if (!value.has(field.textValue())) {
                found.add(where + " has no " + field.textValue());
            }
        });
        boolean anything = !schema.has("properties") && !schema.has("additionalProperties");
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            String name = where + "/" + field.getKey();
            if (schema.path("properties").has(field.getKey())) {
                compare(schema.get("properties").get(field.getKey()), field.getValue(), name, found);
            } else if (schema.has("additionalProperties")) {
                compare(schema.get("additionalProperties"), field.getValue(), name, found);
            } else if (!anything) {
                found.add(name + " is not written");
            }
        }
    }

    private static boolean contains(JsonNode list, JsonNode value) {
        for (JsonNode one : list) {
            if (one.equals(value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOfType(JsonNode type, JsonNode value) {
        if (type.isArray()) {
            for (JsonNode one : type) {
                if (isOfType(one, value)) {
                    return true;
                }
            }
            return false;
        }
        return switch (type.textValue()) {
            case "null" -> value.isNull();
            case "boolean" -> value.isBoolean();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "string" -> value.isTextual();
            case "array" -> value.isArray();
            case "object" -> value.isObject();
            default -> throw new AssertionError("no such type: " + type);
        };
    }
}
