package io.firehole.simulator.chain;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.firehole.filters.FilterSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Account updates with their data cut to a stream's slices. The data are the same in every slot, so their cut is made
 * once; the message around them is the slot's.
 */
final class AccountCut {
    private static final int DATA_TAG = (6 << 3) | 2;
    private static final int INFO_TAG = (1 << 3) | 2;
    private static final int ACCOUNT_TAG = (2 << 3) | 2;

    private final BlockTemplate template;

    /** Of each account the {@code data} field to send, tag included; null if nothing is cut. */
    private final byte @Nullable [][] fields;

    private AccountCut(BlockTemplate template, byte @Nullable [][] fields) {
        this.template = template;
        this.fields = fields;
    }

    static AccountCut of(FilterSet set, ChainTemplates templates) {
        BlockTemplate template = templates.block;
        if (!set.hasSlices()) {
            return new AccountCut(template, null);
        }
        byte[][] fields = new byte[template.accounts][];
        for (int i = 0; i < fields.length; i++) {
            FieldPlace data = template.accountData[i];
            ByteString whole = ByteString.copyFrom(template.bytes, data.from(), data.to() - data.from());
            ByteString cut = set.slice(whole);
            fields[i] = cut.isEmpty() ? new byte[0] : field(DATA_TAG, cut.toByteArray());
        }
        return new AccountCut(template, fields);
    }

    /** Whether the bytes of the templates go out as they are. */
    boolean isWhole() {
        return fields == null;
    }

    /** The payload of an account update. */
    byte[] payload(SlotContent content, int account) {
        byte[] info = field(INFO_TAG, info(content, account));
        int rest = template.accountInfo[account].to();
        return field(ACCOUNT_TAG, joined(info, content.block, rest, template.accountAt[account + 1]));
    }

    /** The inner message, as blocks carry it. */
    byte[] info(SlotContent content, int account) {
        if (fields == null) {
            throw new IllegalStateException("nothing is cut here");
        }
        FieldPlace info = template.accountInfo[account];
        FieldPlace data = template.accountData[account];
        byte[] before = joined(new byte[0], content.block, info.from(), data.tag());
        byte[] withData = joined(before, fields[account], 0, fields[account].length);
        return joined(withData, content.block, data.to(), info.to());
    }

    private static byte[] joined(byte[] first, byte[] second, int from, int to) {
        byte[] joined = new byte[first.length + to - from];
        System.arraycopy(first, 0, joined, 0, first.length);
        System.arraycopy(second, from, joined, first.length, to - from);
        return joined;
    }

    private static byte[] field(int tag, byte[] value) {
        byte[] field = new byte
                [CodedOutputStream.computeUInt32SizeNoTag(tag) + CodedOutputStream.computeByteArraySizeNoTag(value)];
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(field);
            out.writeUInt32NoTag(tag);
            out.writeByteArrayNoTag(value);
            out.checkNoSpaceLeft();
            return field;
        } catch (IOException e) {
            throw new UncheckedIOException("an array of the computed size is too small", e);
        }
    }
}
