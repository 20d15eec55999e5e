package io.firehole.filters;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;

/** Reads JSON as the standard has it, where protobuf's parser is lenient: above all no key may come twice. */
final class StrictJson {

    private static final int DEPTH_MAX = 32;
    private static final int CHARS_SHOWN = 40;
    private static final int NUMBER_CHARS_MAX = 64;

    private StrictJson() {}

    /** @throws RequestJsonException naming what is wrong and where */
    static JsonElement read(String json) throws RequestJsonException {
        JsonReader reader = new JsonReader(new StringReader(json));
        reader.setStrictness(Strictness.STRICT);
        try {
            JsonElement tree = read(reader, 0);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new RequestJsonException("the JSON goes on after its end");
            }
            return tree;
        } catch (EOFException e) {
            throw new RequestJsonException(json.isBlank() ? "no JSON: the text is empty" : "the JSON ends too early");
        } catch (MalformedJsonException e) {
            throw new RequestJsonException("not JSON: " + inWords(e));
        } catch (IOException e) {
            throw new UncheckedIOException("a string in memory cannot fail to be read", e);
        }
    }

    private static JsonElement read(JsonReader reader, int depth) throws IOException, RequestJsonException {
        if (depth > DEPTH_MAX) {
            throw new RequestJsonException("the JSON is nested deeper than " + DEPTH_MAX);
        }
        return switch (reader.peek()) {
            case BEGIN_OBJECT -> object(reader, depth);
            case BEGIN_ARRAY -> array(reader, depth);
            case STRING -> new JsonPrimitive(reader.nextString());
            case NUMBER -> number(reader);
            case BOOLEAN -> new JsonPrimitive(reader.nextBoolean());
            case NULL -> {
                reader.nextNull();
                yield JsonNull.INSTANCE;
            }
            case END_ARRAY, END_OBJECT, END_DOCUMENT, NAME ->
                throw new IllegalStateException("no value begins with " + reader.peek());
        };
    }

    private static JsonElement object(JsonReader reader, int depth) throws IOException, RequestJsonException {
        JsonObject object = new JsonObject();
        reader.beginObject();
        while (reader.hasNext()) {
            String key = reader.nextName();
            if (object.has(key)) {
                throw new RequestJsonException(
                        "the key \"" + key + "\" comes twice in one object, at " + reader.getPath());
            }
            object.add(key, read(reader, depth + 1));
        }
        reader.endObject();
        return object;
    }

    /** No field takes a number beyond 2^64, and one with a huge exponent would take minutes to be refused for that. */
    private static JsonElement number(JsonReader reader) throws IOException, RequestJsonException {
        String text = reader.nextString();
        if (text.length() <= NUMBER_CHARS_MAX) {
            BigDecimal number = new BigDecimal(text);
            if (Math.abs((long) number.scale()) <= NUMBER_CHARS_MAX) {
                return new JsonPrimitive(number);
            }
        }
        throw new RequestJsonException(
                "the number " + (text.length() <= CHARS_SHOWN ? text : text.substring(0, CHARS_SHOWN) + "...")
                        + " fits no field, at " + reader.getPath());
    }

    private static JsonElement array(JsonReader reader, int depth) throws IOException, RequestJsonException {
        JsonArray array = new JsonArray();
        reader.beginArray();
        while (reader.hasNext()) {
            array.add(read(reader, depth + 1));
        }
        reader.endArray();
        return array;
    }

    /** The start of a value, for an error. */
    static String shown(JsonElement value) {
        String text = value.toString();
        return text.length() <= CHARS_SHOWN ? text : text.substring(0, CHARS_SHOWN) + "...";
    }

    /** Gson's words, but for those that advise a programmer. */
    private static String inWords(MalformedJsonException e) {
        String line = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        int place = line.indexOf(" at line ");
        return line.startsWith("Use JsonReader") && place >= 0 ? "unexpected character" + line.substring(place) : line;
    }
}
