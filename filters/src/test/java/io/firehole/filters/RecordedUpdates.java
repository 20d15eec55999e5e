package io.firehole.filters;

import io.firehole.wire.capture.CaptureException;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateAccountInfo;
import io.firehole.wire.proto.SubscribeUpdateTransactionInfo;
import java.util.ArrayList;
import java.util.List;

/** What a recorded slot has to match filters with. */
record RecordedUpdates(List<SubscribeUpdateTransactionInfo> transactions, List<SubscribeUpdateAccountInfo> accounts) {

    static RecordedUpdates read() throws CaptureException {
        List<SubscribeUpdateTransactionInfo> transactions = new ArrayList<>();
        List<SubscribeUpdateAccountInfo> accounts = new ArrayList<>();
        for (SubscribeUpdate update : Recordings.open(Recordings.SLOT).updates()) {
            if (update.hasTransaction()) {
                transactions.add(update.getTransaction().getTransaction());
            } else if (update.hasAccount()) {
                accounts.add(update.getAccount().getAccount());
            }
        }
        return new RecordedUpdates(List.copyOf(transactions), List.copyOf(accounts));
    }
}
