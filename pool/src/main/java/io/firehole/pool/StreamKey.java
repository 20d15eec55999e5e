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

    /** Whether that can be asked on such a call. How account data are cut is nothing to one who asks for none. */
    boolean serves(Subscription subscription) {
        return commitment == subscription.commitment()
                && (slices.equals(subscription.slices()) || !subscription.hasAccountData());
    }

    /** For people. */
    String description() {
        String level = commitment.name().toLowerCase(Locale.ROOT);
        return slices.isEmpty() ? level : level + ", " + slices.size() + " data slices";
    }
}
