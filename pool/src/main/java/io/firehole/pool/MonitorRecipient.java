package io.firehole.pool;

import io.firehole.pool.mailbox.Lane;
import io.firehole.pool.routing.Arrival;
import io.firehole.pool.routing.Recipient;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts a call's updates for one monitor into its mailbox, by a lane of the call's own. */
final class MonitorRecipient extends Recipient {

    private final String monitor;
    private final Lane<Delivery> lane;

    /** Where the heads of deliveries are noted while an update is looked at twice. The call's event loop only. */
    private @Nullable List<byte[]> observed;

    MonitorRecipient(String monitor, Lane<Delivery> lane, @Nullable Arrival arrival) {
        super(arrival);
        this.monitor = monitor;
        this.lane = lane;
    }

    @Override
    protected String monitor() {
        return monitor;
    }

    @Override
    protected void begin() {
        lane.open();
    }

    @Override
    protected boolean isOver() {
        return lane.isOver();
    }

    /** Notes the heads of what is delivered from now on; null for no more. Event loop. */
    void observe(@Nullable List<byte[]> heads) {
        observed = heads;
    }

    @Override
    protected void deliver(byte[] head, byte[] tail, int tailOffset, int tailLength, long receivedNanos) {
        List<byte[]> heads = observed;
        if (heads != null) {
            heads.add(head);
        }
        lane.offer(new Delivery(head, tail, tailOffset, tailLength, receivedNanos));
    }

    @Override
    public void abandon() {
        lane.abandon();
    }

    @Override
    protected boolean isAbandoned() {
        return lane.isAbandoned();
    }
}
