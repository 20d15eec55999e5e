package io.firehole.console.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Message;
import io.firehole.console.http.Reply;
import io.firehole.filters.SubscribeRequests;
import java.util.Collection;

/** Filters, which may list a million keys, as JSON that people read. Any thread. */
final class ShortenedJson {

    /** How much of a list is shown. */
    static final int ITEMS_MAX = 20;

    /** How much of a text, such as the data of a cuckoo filter, is shown. */
    static final int TEXT_MAX = 200;

    /** How many names are shown. */
    static final int NAMES_MAX = 100;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private ShortenedJson() {}

    /**
     * A filter as its request has it.
     *
     * @param whole whether nothing is to be left out
     */
    static JsonNode filter(Message filter, boolean whole) {
        try {
            JsonNode tree = MAPPER.readTree(SubscribeRequests.toJson(filter));
            return whole ? tree : shortened(tree);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("protobuf writes JSON", e);
        }
    }

    private static JsonNode shortened(JsonNode tree) {
        if (tree instanceof ArrayNode array) {
            ArrayNode few = Reply.JSON.arrayNode();
            for (int i = 0; i < array.size() && i < ITEMS_MAX; i++) {
                few.add(shortened(array.get(i)));
            }
            return array.size() > ITEMS_MAX ? few.add("... and " + (array.size() - ITEMS_MAX) + " more") : few;
        }
        if (tree instanceof ObjectNode object) {
            ObjectNode few = Reply.JSON.objectNode();
            object.properties().forEach(field -> few.set(field.getKey(), shortened(field.getValue())));
            return few;
        }
        return tree.isTextual() && tree.textValue().length() > TEXT_MAX
                ? Reply.JSON.textNode(tree.textValue().substring(0, TEXT_MAX) + "... of "
                        + tree.textValue().length() + " characters")
                : tree;
    }

    /** The first of those names, and how many there are: {@code NAME} and {@code NAMECount}. */
    static void putNames(ObjectNode node, String name, Collection<String> names) {
        ArrayNode few = node.putArray(name);
        names.stream().limit(NAMES_MAX).forEach(few::add);
        node.put(name + "Count", names.size());
    }
}
