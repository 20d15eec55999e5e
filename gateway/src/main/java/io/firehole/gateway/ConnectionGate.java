package io.firehole.gateway;

import io.netty.channel.ChannelPipeline;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Counts connections and closes those beyond the limit before a byte of them is read. Any thread. */
final class ConnectionGate {

    private final int max;
    private final AtomicInteger open = new AtomicInteger();
    private final LongAdder refused = new LongAdder();

    ConnectionGate(int max) {
        this.max = max;
    }

    /** Takes in a connection that has just been accepted, or closes it. */
    void enter(ChannelPipeline pipeline) {
        if (open.incrementAndGet() > max) {
            open.decrementAndGet();
            refused.increment();
            var unused = pipeline.channel().close();
            return;
        }
        var unused = pipeline.channel().closeFuture().addListener(closed -> open.decrementAndGet());
    }

    int open() {
        return open.get();
    }

    long refused() {
        return refused.sum();
    }
}
