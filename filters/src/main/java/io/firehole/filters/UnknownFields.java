package io.firehole.filters;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Finds the fields of a request that this schema does not know: dropping one would make a filter wider. */
final class UnknownFields {

    /** How many are named; a request may have as many as it has bytes. */
    private static final int NAMED_MAX = 16;

    private final List<String> found = new ArrayList<>();

    private UnknownFields() {}

    /** The first of them, each as the place and the field's number: {@code transactions["a"]: 31}. */
    static List<String> in(Message request) {
        UnknownFields fields = new UnknownFields();
        fields.search(request, "");
        return List.copyOf(fields.found);
    }

    private void search(Message message, String path) {
        for (Integer number : message.getUnknownFields().asMap().keySet()) {
            if (found.size() == NAMED_MAX) {
                return;
            }
            found.add(path.isEmpty() ? number.toString() : path + ": " + number);
        }
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
                continue;
            }
            String inner = path.isEmpty() ? field.getName() : path + "." + field.getName();
            if (!field.isRepeated()) {
                search((Message) entry.getValue(), inner);
                continue;
            }
            List<?> values = (List<?>) entry.getValue();
            for (int i = 0; i < values.size() && found.size() < NAMED_MAX; i++) {
                if (values.get(i) instanceof MapEntry<?, ?> named) {
                    String name = InvalidFilterException.shown(named.getKey().toString());
                    search((Message) named.getValue(), inner + "[" + name + "]");
                } else {
                    search((Message) values.get(i), inner + "[" + i + "]");
                }
            }
        }
    }
}
