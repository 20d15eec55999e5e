package io.firehole.pool.routing;

import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.filters.AccountFacts;
import io.firehole.filters.TransactionFacts;
import io.firehole.wire.RawUpdate;
import io.firehole.wire.proto.SubscribeUpdate;
import org.jspecify.annotations.Nullable;

/**
 * What filters ask of the update at hand, read from its payload when the first one asks, and kept for the others. Event
 * loop only.
 */
final class Payload {

    private @Nullable RawUpdate read;
    private @Nullable RawUpdate unreadable;
    private @Nullable TransactionFacts transaction;
    private @Nullable AccountFacts account;

    TransactionFacts transaction(RawUpdate update) {
        TransactionFacts facts = transaction;
        if (facts == null || read != update) {
            read = update;
            facts = TransactionFacts.of(parsed(update).getTransaction().getTransaction());
            transaction = facts;
        }
        return facts;
    }

    AccountFacts account(RawUpdate update) {
        AccountFacts facts = account;
        if (facts == null || read != update) {
            read = update;
            facts = AccountFacts.of(parsed(update).getAccount().getAccount());
            account = facts;
        }
        return facts;
    }

    /** Whether it was looked at and could not be read. */
    boolean isUnreadable(RawUpdate update) {
        return unreadable == update;
    }

    private SubscribeUpdate parsed(RawUpdate update) {
        try {
            return SubscribeUpdate.parseFrom(update.buffer());
        } catch (InvalidProtocolBufferException malformed) {
            // Its head could be read, its payload cannot: nobody knows what matches it.
            unreadable = update;
            return SubscribeUpdate.getDefaultInstance();
        }
    }
}
