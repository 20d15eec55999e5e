package io.firehole.filters;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import java.util.Arrays;

/** Requests and keys as short texts. */
final class Requests {

    private Requests() {}

    /** The filters of a request that no limits apply to. */
    static FilterSet compile(String json) {
        try {
            return FilterSet.compile(SubscribeRequests.fromJson(json), FilterLimits.UNLIMITED);
        } catch (RequestJsonException | InvalidFilterException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    /** The key whose bytes are all this one. */
    static ByteString key(int b) {
        return bytes(PublicKey.BYTES, b);
    }

    static ByteString bytes(int count, int b) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) b);
        return ByteString.copyFrom(bytes);
    }

    static String base58(int b) {
        return Base58.encode(key(b).toByteArray());
    }

    /** A cuckoo set of those keys as JSON. */
    static String cuckoo(int... keys) {
        CuckooSet set = new CuckooSet(keys.length);
        for (int b : keys) {
            set.insert(PublicKey.of(key(b)));
        }
        try {
            return JsonFormat.printer().print(set.encode());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }
}
