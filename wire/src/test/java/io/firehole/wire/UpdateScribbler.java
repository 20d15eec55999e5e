package io.firehole.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.WireFormat;
import io.firehole.wire.proto.SubscribeUpdate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * Writes updates as no server would and every server may: random values in every field, fields in any order, singular
 * fields again and again, messages in several parts, unknown fields and groups at each level, several variants of the
 * oneof, varints longer than they need be.
 */
final class UpdateScribbler {

    private static final int FIELD_NUMBER_MAX = (1 << 29) - 1;
    private static final int DEPTH_MAX = 4;
    private static final long[] EDGES = {0, 1, 127, 128, 1L << 31, (1L << 32) - 1, 1L << 32, Long.MAX_VALUE, -1, -2};
    private static final int[] BYTE_LENGTHS = {0, 1, 7, 8, 9, 32, 64, 127, 128, 300};
    private static final String[] SYLLABLES = {"", "a", "transactions", "ü", "日本", "\ud83d\ude00", "\0", "0123456789"};

    private final RandomGenerator random;

    UpdateScribbler(RandomGenerator random) {
        this.random = random;
    }

    /**
     * An update and what must become of it.
     *
     * @param message its bytes
     * @param names the names in it, in their order
     * @param withoutNames its bytes without the fields of the names
     */
    record Scribble(ByteString message, List<String> names, ByteString withoutNames) {}

    /** A field as it is written, and the name it holds, if that is what it is. */
    private record Field(ByteString bytes, List<String> name) {
        Field(byte[] bytes) {
            this(ByteString.copyFrom(bytes), List.of());
        }
    }

    /** The next update. */
    Scribble update() throws IOException {
        List<Field> rest = new ArrayList<>();
        for (FieldDescriptor field : SubscribeUpdate.getDescriptor().getFields()) {
            if (field.getNumber() == SubscribeUpdate.CREATED_AT_FIELD_NUMBER && random.nextInt(8) > 0) {
                addOccurrences(field, rest, 0);
            }
        }
        List<FieldDescriptor> variants =
                SubscribeUpdate.getDescriptor().getOneofs().getFirst().getFields();
        for (int i = random.nextInt(10) < 8 ? 1 : random.nextInt(4); i > 0; i--) {
            addOccurrences(variants.get(random.nextInt(variants.size())), rest, 0);
        }
        addUnknownFields(SubscribeUpdate.getDescriptor(), rest, 0);
        shuffle(rest);
        return join(rest, names());
    }

    private List<Field> names() throws IOException {
        List<Field> names = new ArrayList<>();
        for (int i = random.nextInt(4) == 0 ? random.nextInt(40) : random.nextInt(4); i > 0; i--) {
            String name = SYLLABLES[random.nextInt(SYLLABLES.length)] + SYLLABLES[random.nextInt(SYLLABLES.length)];
            byte[] utf8 = ByteString.copyFromUtf8(name).toByteArray();
            names.add(new Field(
                    ByteString.copyFrom(delimited(SubscribeUpdate.FILTERS_FIELD_NUMBER, utf8)), List.of(name)));
        }
        return names;
    }

    private Scribble join(List<Field> rest, List<Field> names) {
        List<Field> fields = new ArrayList<>();
        switch (random.nextInt(4)) {
            case 0 -> {
                fields.addAll(names);
                fields.addAll(rest);
            }
            case 1 -> {
                fields.addAll(rest);
                fields.addAll(names);
            }
            case 2 -> {
                int cut = random.nextInt(names.size() + 1);
                fields.addAll(names.subList(0, cut));
                fields.addAll(rest);
                fields.addAll(names.subList(cut, names.size()));
            }
            default -> {
                fields.addAll(rest);
                fields.addAll(names);
                shuffle(fields);
            }
        }
        return new Scribble(
                join(fields),
                fields.stream().flatMap(field -> field.name.stream()).toList(),
                join(fields.stream().filter(field -> field.name.isEmpty()).toList()));
    }

    private static ByteString join(List<Field> fields) {
        return ByteString.copyFrom(fields.stream().map(Field::bytes).toList());
    }

    private byte[] message(Descriptor type, int depth) throws IOException {
        List<Field> fields = new ArrayList<>();
        for (FieldDescriptor field : type.getFields()) {
            if (random.nextInt(4) > 0) {
                addOccurrences(field, fields, depth);
            }
        }
        addUnknownFields(type, fields, depth);
        if (random.nextBoolean()) {
            shuffle(fields);
        }
        return join(fields).toByteArray();
    }

    private void addOccurrences(FieldDescriptor field, List<Field> fields, int depth) throws IOException {
        if (depth >= DEPTH_MAX && field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            return;
        }
        int times = random.nextInt(5) > 0 ? 1 : 1 + random.nextInt(3);
        for (int i = 0; i < times; i++) {
            fields.add(new Field(occurrence(field, depth)));
        }
    }

    private byte[] occurrence(FieldDescriptor field, int depth) throws IOException {
        int number = field.getNumber();
        return switch (field.getJavaType()) {
            case MESSAGE -> delimited(number, message(field.getMessageType(), depth + 1));
            case BYTE_STRING -> delimited(number, randomBytes(BYTE_LENGTHS[random.nextInt(BYTE_LENGTHS.length)]));
            case STRING ->
                delimited(
                        number,
                        ByteString.copyFromUtf8(SYLLABLES[random.nextInt(SYLLABLES.length)])
                                .toByteArray());
            case ENUM -> {
                List<EnumValueDescriptor> values = field.getEnumType().getValues();
                yield varintField(
                        number,
                        random.nextInt(4) > 0
                                ? values.get(random.nextInt(values.size())).getNumber()
                                : number());
            }
            case INT, LONG, BOOLEAN -> varintField(number, number());
            case DOUBLE -> fixed64(number);
            case FLOAT -> fixed32(number);
        };
    }

    private void addUnknownFields(Descriptor type, List<Field> fields, int depth) throws IOException {
        for (int i = random.nextInt(3) == 0 ? 1 + random.nextInt(3) : 0; i > 0; i--) {
            int number = unknownNumber(type);
            fields.add(new Field(unknownField(number, depth)));
        }
        if (random.nextInt(10) == 0) {
            // A known number with a wire type that is not its own; of all scalars here none is a fixed32.
            List<FieldDescriptor> known = type.getFields();
            if (!known.isEmpty()) {
                fields.add(new Field(
                        fixed32(known.get(random.nextInt(known.size())).getNumber())));
            }
        }
    }

    private int unknownNumber(Descriptor type) {
        int number;
        do {
            number = random.nextInt(8) == 0 ? FIELD_NUMBER_MAX - random.nextInt(3) : 1 + random.nextInt(40);
        } while (type.findFieldByNumber(number) != null);
        return number;
    }

    private byte[] unknownField(int number, int depth) throws IOException {
        return switch (random.nextInt(depth < DEPTH_MAX + 3 ? 5 : 4)) {
            case 0 -> varintField(number, number());
            case 1 -> fixed64(number);
            case 2 -> fixed32(number);
            case 3 -> delimited(number, randomBytes(random.nextInt(20)));
            default -> {
                ByteArrayOutputStream group = new ByteArrayOutputStream();
                group.writeBytes(varint(number << 3 | WireFormat.WIRETYPE_START_GROUP, 5));
                for (int i = random.nextInt(3); i > 0; i--) {
                    group.writeBytes(unknownField(1 + random.nextInt(40), depth + 1));
                }
                group.writeBytes(varint(number << 3 | WireFormat.WIRETYPE_END_GROUP, 5));
                yield group.toByteArray();
            }
        };
    }

    private long number() {
        return switch (random.nextInt(3)) {
            case 0 -> EDGES[random.nextInt(EDGES.length)];
            case 1 -> random.nextInt(500_000_000);
            default -> random.nextLong();
        };
    }

    private byte[] varintField(int number, long value) throws IOException {
        return concat(varint(number << 3 | WireFormat.WIRETYPE_VARINT, 5), varint(value, 10));
    }

    private byte[] fixed64(int number) throws IOException {
        return concat(varint(number << 3 | WireFormat.WIRETYPE_FIXED64, 5), randomBytes(8));
    }

    private byte[] fixed32(int number) throws IOException {
        return concat(varint(number << 3 | WireFormat.WIRETYPE_FIXED32, 5), randomBytes(4));
    }

    private byte[] delimited(int number, byte[] value) throws IOException {
        return concat(
                varint(number << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED, 5), concat(varint(value.length, 5), value));
    }

    /** A varint, now and then with bytes at its end that add nothing. */
    private byte[] varint(long value, int bytesMax) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        if (bytesMax < 10) {
            out.writeUInt32NoTag((int) value);
        } else {
            out.writeUInt64NoTag(value);
        }
        out.flush();
        byte[] shortest = bytes.toByteArray();
        if (random.nextInt(30) > 0 || shortest.length == bytesMax) {
            return shortest;
        }
        byte[] longer = new byte[shortest.length + 1 + random.nextInt(bytesMax - shortest.length)];
        System.arraycopy(shortest, 0, longer, 0, shortest.length);
        for (int i = shortest.length - 1; i < longer.length - 1; i++) {
            longer[i] |= (byte) 0x80;
        }
        return longer;
    }

    private byte[] randomBytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private void shuffle(List<?> list) {
        Collections.shuffle(list, Random.from(random));
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = new byte[first.length + second.length];
        System.arraycopy(first, 0, both, 0, first.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
