package io.firehole.pool;

import io.firehole.pool.merging.Subscription;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequestAccountsDataSlice;
import java.util.List;
import java.util.Locale;

/** What belongs to a whole call, so that only monitors that agree on it can share one. */
record StreamKey(Group group, CommitmentLevel commitment, List<SubscribeRequestAccountsDataSlice> slices) {

    static StreamKey of(Group group, Subscription subscription) {
        return new StreamKey(group, subscription.commitment(), subscription.slices());
    }

    /** For people. */
    String description() {
        String level = commitment.name().toLowerCase(Locale.ROOT);
        return slices.isEmpty() ? level : level + ", " + slices.size() + " data slices";
    }
}
