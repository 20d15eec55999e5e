package io.firehole.gateway;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts connections and closes those beyond the limit before a byte of them is read; and closes the door itself, long before
 * the server stops. Any thread.
 */
final class ConnectionGate {

    private final int max;
    private final AtomicInteger open = new AtomicInteger();
    private final Set<Channel> channels = ConcurrentHashMap.newKeySet();

    /** Where connections come from; null before the first: the server does not hand it out. */
    private volatile @Nullable Channel door;

    private volatile boolean shut;

    private final LongAdder refused = new LongAdder();

    ConnectionGate(int max) {
        this.max = max;
    }

    /** Takes in a connection that has just been accepted, or closes it. */
    void enter(ChannelPipeline pipeline) {
        Channel channel = pipeline.channel();
        door = channel.parent();
        if (open.incrementAndGet() > max) {
            open.decrementAndGet();
            refused.increment();
            var unused = channel.close();
            return;
        }
        channels.add(channel);
        var unused = channel.closeFuture().addListener(closed -> {
            channels.remove(channel);
            open.decrementAndGet();
        });
        if (shut) {
            // Accepted before the door was closed, and seen by nobody who tells connections to go.
            var unusedEnd = channel.close();
            shut();
        }
    }

    /**
     * Lets no connection in any more: who listens at the same port besides us gets them all. Whoever comes while the door closes is
     * sent away; where none has ever come, that is the first who does.
     */
    void shut() {
        shut = true;
        Channel listening = door;
        if (listening != null) {
            var unused = listening.close();
        }
    }

    /** Those that are open. */
    Set<Channel> channels() {
        return Set.copyOf(channels);
    }

    int open() {
        return open.get();
    }

    long refused() {
        return refused.sum();
    }
}
