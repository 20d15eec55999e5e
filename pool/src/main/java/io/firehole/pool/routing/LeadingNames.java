package io.firehole.pool.routing;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import io.firehole.wire.proto.SubscribeUpdate;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The names at the beginning of a message that cannot be read as a whole, where servers write them. */
final class LeadingNames {

    private static final int NAME_TAG =
            SubscribeUpdate.FILTERS_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;

    private LeadingNames() {}

    /** As labels, {@link LabelText#FOREIGN} for what is none of ours; empty if none can be read. */
    static List<Long> labels(byte[] message) {
        List<Long> labels = new ArrayList<>();
        CodedInputStream input = CodedInputStream.newInstance(message);
        try {
            while (input.readTag() == NAME_TAG) {
                byte[] name = input.readByteArray();
                labels.add(LabelText.read(name, 0, name.length));
            }
        } catch (IOException cutHere) {
            // What came before can be told apart all the same.
        }
        return labels;
    }
}
