package io.firehole.gateway;

import com.google.protobuf.ByteString;
import io.firehole.pool.Delivery;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateAccount;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;

/** Updates that a test can tell apart. */
final class Updates {

    private Updates() {}

    /** An account update of that slot with so many bytes of data. */
    static SubscribeUpdate account(String filter, long slot, int dataBytes) {
        return SubscribeUpdate.newBuilder()
                .addFilters(filter)
                .setAccount(SubscribeUpdateAccount.newBuilder()
                        .setSlot(slot)
                        .setAccount(SubscribeUpdateAccountInfo.newBuilder()
                                .setData(ByteString.copyFrom(new byte[dataBytes]))))
                .build();
    }

    /** As the pool delivers it: the names as head, the rest as a part of a larger array. */
    static Delivery delivery(SubscribeUpdate update) {
        byte[] head = SubscribeUpdate.newBuilder()
                .addAllFilters(update.getFiltersList())
                .build()
                .toByteArray();
        byte[] rest = update.toBuilder().clearFilters().build().toByteArray();
        byte[] tail = new byte[rest.length + 5];
        System.arraycopy(rest, 0, tail, 3, rest.length);
        return new Delivery(head, tail, 3, rest.length, 0);
    }
}
