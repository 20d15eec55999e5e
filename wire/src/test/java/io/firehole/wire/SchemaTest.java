package io.firehole.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.GenericDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.firehole.wire.proto.GeyserOuterClass;
import io.firehole.wire.proto.SubscribeUpdate;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The schema we compiled is the protocol's, field for field: what differs here no client or server would understand. */
class SchemaTest {

    private static final String STORAGE = "solana.storage.ConfirmedBlock";

    @Test
    void isTheProtocolsFieldForField() throws IOException {
        FileDescriptor geyser = GeyserOuterClass.getDescriptor();
        FileDescriptor storage = geyser.getPublicDependencies().getFirst();

        List<String> compiled = new ArrayList<>();
        compiled.add("file " + geyser.getName() + " package " + geyser.getPackage());
        compiled.add("file " + storage.getName() + " package " + storage.getPackage() + " imported publicly");
        geyser.getServices().forEach(service -> describe(service, compiled));
        describeTypes(geyser, compiled);
        describeTypes(storage, compiled);

        assertThat(compiled).containsExactlyInAnyOrderElementsOf(published());
    }

    @Test
    void hasAKindForEachVariantOfAnUpdate() {
        Map<String, Integer> variants = SubscribeUpdate.getDescriptor().getOneofs().getFirst().getFields().stream()
                .collect(Collectors.toMap(
                        field -> field.getName().toUpperCase(Locale.ROOT), FieldDescriptor::getNumber));
        variants.put(UpdateKind.UNKNOWN.name(), 0);

        assertThat(Arrays.stream(UpdateKind.values())
                        .collect(Collectors.toMap(UpdateKind::name, UpdateKind::fieldNumber)))
                .isEqualTo(variants);
    }

    /** The lines of schema.txt, each under the name of what it belongs to. */
    private static List<String> published() throws IOException {
        List<String> lines = new ArrayList<>();
        String owner = "";
        for (String line : resource().split("\n", -1)) {
            String words = line.strip().replaceAll(" +", " ");
            if (words.isEmpty() || words.startsWith("#")) {
                continue;
            }
            if (words.startsWith("file ")) {
                lines.add(words);
            } else if (words.startsWith("message ") || words.startsWith("enum ") || words.startsWith("service ")) {
                owner = words;
                lines.add(owner);
            } else {
                lines.add(owner + ": " + words);
            }
        }
        return lines;
    }

    private static String resource() throws IOException {
        try (InputStream in = Objects.requireNonNull(SchemaTest.class.getResourceAsStream("schema.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void describeTypes(FileDescriptor file, List<String> lines) {
        file.getEnumTypes().forEach(type -> describe(type, lines));
        file.getMessageTypes().forEach(type -> describe(type, lines));
    }

    private static void describe(ServiceDescriptor service, List<String> lines) {
        String owner = "service " + service.getName();
        lines.add(owner);
        for (MethodDescriptor method : service.getMethods()) {
            lines.add(owner + ": " + method.getName() + " " + (method.isClientStreaming() ? "stream " : "")
                    + name(method.getInputType()) + " -> " + (method.isServerStreaming() ? "stream " : "")
                    + name(method.getOutputType()));
        }
    }

    private static void describe(EnumDescriptor type, List<String> lines) {
        String owner = "enum " + name(type);
        lines.add(owner);
        type.getValues().forEach(value -> lines.add(owner + ": " + value.getNumber() + " " + value.getName()));
    }

    private static void describe(Descriptor type, List<String> lines) {
        String owner = "message " + name(type);
        lines.add(owner);
        type.getFields()
                .forEach(field -> lines.add(
                        owner + ": " + field.getNumber() + " " + field.getName() + " " + type(field) + label(field)));
    }

    private static String type(FieldDescriptor field) {
        if (field.isMapField()) {
            Descriptor entry = field.getMessageType();
            return "map<" + type(entry.findFieldByNumber(1)) + ", " + type(entry.findFieldByNumber(2)) + ">";
        }
        return switch (field.getJavaType()) {
            case MESSAGE -> name(field.getMessageType());
            case ENUM -> name(field.getEnumType());
            default -> field.getType().name().toLowerCase(Locale.ROOT);
        };
    }

    private static String label(FieldDescriptor field) {
        if (field.isMapField()) {
            return "";
        }
        if (field.isRepeated()) {
            return field.isPacked() ? " rep packed" : " rep";
        }
        OneofDescriptor oneof = field.getRealContainingOneof();
        if (oneof != null) {
            return " oneof " + oneof.getName();
        }
        return field.toProto().getProto3Optional() ? " opt" : "";
    }

    private static String name(GenericDescriptor type) {
        String name = type.getFullName();
        return name.startsWith(STORAGE + ".")
                ? "..." + name.substring(STORAGE.length() + 1)
                : name.startsWith("geyser.") ? name.substring("geyser.".length()) : name;
    }
}
