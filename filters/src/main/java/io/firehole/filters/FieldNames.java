package io.firehole.filters;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import org.jspecify.annotations.Nullable;

/** The keys that a message has in JSON, and the one that a mistyped key was probably meant to be. */
final class FieldNames {

    /** Beyond so many wrong characters a guess would be no help. */
    private static final int TYPOS_MAX = 4;

    private FieldNames() {}

    /** The field with that key, in camelCase or as in the schema; null if there is none. */
    static @Nullable FieldDescriptor find(Descriptor type, String key) {
        for (FieldDescriptor field : type.getFields()) {
            if (field.getName().equals(key) || field.getJsonName().equals(key)) {
                return field;
            }
        }
        return null;
    }

    /** What to say after an unknown key: the nearest, or all there are. */
    static String hint(Descriptor type, String key) {
        if (type.getFields().isEmpty()) {
            return "; there are no keys here";
        }
        String nearest = "";
        int least = Integer.MAX_VALUE;
        for (FieldDescriptor field : type.getFields()) {
            int typos = Math.min(typos(key, field.getJsonName()), typos(key, field.getName()));
            if (typos < least) {
                least = typos;
                nearest = field.getJsonName();
            }
        }
        if (least <= Math.min(TYPOS_MAX, key.length() / 2)) {
            return ", did you mean \"" + nearest + "\"?";
        }
        return "; known are "
                + String.join(
                        ", ",
                        type.getFields().stream()
                                .map(FieldDescriptor::getJsonName)
                                .toList());
    }

    /** How many characters must be changed, added or taken away; keys much longer than any field are not looked at. */
    private static int typos(String key, String name) {
        if (Math.abs(key.length() - name.length()) > TYPOS_MAX) {
            return Integer.MAX_VALUE;
        }
        return NearestName.distance(key, name);
    }
}
