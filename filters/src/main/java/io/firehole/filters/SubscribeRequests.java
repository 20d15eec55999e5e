package io.firehole.filters;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import io.firehole.wire.proto.SubscribeRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code SubscribeRequest}s that people write, in the JSON form of proto3: keys in camelCase or as in the schema,
 * 64-bit numbers as strings or numbers, bytes in base64.
 *
 * <p>Protobuf's own parser does the reading. It does not say where an error is, so that is found after the fact, by
 * giving it ever smaller parts until one alone is refused.
 */
public final class SubscribeRequests {

    private SubscribeRequests() {}

    /**
     * The request that this JSON describes.
     *
     * @throws RequestJsonException naming the key or the value that is wrong, and where it stands
     */
    public static SubscribeRequest fromJson(String json) throws RequestJsonException {
        JsonElement tree = StrictJson.read(json);
        if (!tree.isJsonObject()) {
            throw new RequestJsonException(
                    "a request is a JSON object such as {\"slots\": {\"mine\": {}}}, found " + StrictJson.shown(tree));
        }
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder();
        String refused = refusal(tree, request);
        if (refused != null) {
            narrow(tree.getAsJsonObject(), SubscribeRequest.getDescriptor(), "");
            throw new RequestJsonException(refused);
        }
        return request.build();
    }

    /** A request, or one of its filters, as {@link #fromJson} reads it: on one line, keys in camelCase. */
    public static String toJson(MessageOrBuilder message) {
        try {
            return JsonFormat.printer().omittingInsignificantWhitespace().print(message);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("this message has no form in JSON: " + e.getMessage(), e);
        }
    }

    /** Why protobuf refuses this as that message; null if it takes it. */
    private static @Nullable String refusal(JsonElement json, Message.Builder into) {
        try {
            JsonFormat.parser().merge(json.toString(), into);
            return null;
        } catch (InvalidProtocolBufferException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** Throws for the smallest part of the object that is refused by itself; returns if no part is. */
    private static void narrow(JsonObject object, Descriptor type, String path) throws RequestJsonException {
        for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
            String key = entry.getKey();
            FieldDescriptor field = FieldNames.find(type, key);
            if (field == null) {
                throw new RequestJsonException((path.isEmpty() ? "" : path + ": ") + "unknown key \"" + key + "\""
                        + FieldNames.hint(type, key));
            }
            String refused = refusal(only(key, entry.getValue()), DynamicMessage.newBuilder(type));
            if (refused != null) {
                String inner = path.isEmpty() ? key : path + "." + key;
                narrowValue(key, entry.getValue(), type, field, inner);
                throw new RequestJsonException(inner + ": " + refused);
            }
        }
    }

    private static void narrowValue(String key, JsonElement value, Descriptor owner, FieldDescriptor field, String path)
            throws RequestJsonException {
        if (field.isMapField() && value.isJsonObject()) {
            Descriptor type = field.getMessageType().findFieldByName("value").getMessageType();
            for (Map.Entry<String, JsonElement> named : value.getAsJsonObject().entrySet()) {
                JsonObject one = only(key, only(named.getKey(), named.getValue()));
                narrowOne(one, named.getValue(), owner, type, path + "[\"" + named.getKey() + "\"]");
            }
        } else if (field.isRepeated() && value.isJsonArray()) {
            JsonArray values = value.getAsJsonArray();
            for (int i = 0; i < values.size(); i++) {
                JsonArray alone = new JsonArray();
                alone.add(values.get(i));
                narrowOne(only(key, alone), values.get(i), owner, messageType(field), path + "[" + i + "]");
            }
        } else if (messageType(field) != null && value.isJsonObject()) {
            narrow(value.getAsJsonObject(), field.getMessageType(), path);
        }
    }

    /** One value of a map or a list, in the object of its owner. */
    private static void narrowOne(
            JsonObject one, JsonElement value, Descriptor owner, @Nullable Descriptor type, String path)
            throws RequestJsonException {
        String refused = refusal(one, DynamicMessage.newBuilder(owner));
        if (refused == null) {
            return;
        }
        if (type != null && value.isJsonObject()) {
            narrow(value.getAsJsonObject(), type, path);
        }
        throw new RequestJsonException(path + ": " + refused);
    }

    private static @Nullable Descriptor messageType(FieldDescriptor field) {
        return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE ? field.getMessageType() : null;
    }

    private static JsonObject only(String key, JsonElement value) {
        JsonObject object = new JsonObject();
        object.add(key, value);
        return object;
    }
}
