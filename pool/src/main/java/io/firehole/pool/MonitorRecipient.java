package io.firehole.pool;

import io.firehole.pool.mailbox.Lane;
import io.firehole.pool.routing.Handover;
import io.firehole.pool.routing.Recipient;
import org.jspecify.annotations.Nullable;

/** Puts a call's updates for one monitor into its mailbox, by a lane of the call's own. */
final class MonitorRecipient extends Recipient {

    private final Lane<Delivery> lane;

    MonitorRecipient(Lane<Delivery> lane, @Nullable Handover arrival) {
        super(arrival);
        this.lane = lane;
    }

    @Override
    protected void begin() {
        lane.open();
    }

    @Override
    protected boolean isOver() {
        return lane.isOver();
    }

    @Override
    protected void deliver(byte[] head, byte[] tail, int tailOffset, int tailLength) {
        lane.offer(new Delivery(head, tail, tailOffset, tailLength));
    }

    @Override
    public void abandon() {
        lane.abandon();
    }
}
