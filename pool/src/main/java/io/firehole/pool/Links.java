package io.firehole.pool;

import io.firehole.pool.transport.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The connections of a pool. Control thread, but for {@link #isReady}. */
final class Links {

    private final PoolContext pool;
    private final List<Link> links = new ArrayList<>();
    private final List<Runnable> onReady = new ArrayList<>();
    private long connectionIds;
    private long linkNumbers;
    private boolean reached;

    /** Written by the control thread. */
    private volatile boolean ready;

    private final Reachability reachability;

    Links(PoolContext pool) {
        this.pool = pool;
        this.reachability = new Reachability(pool);
    }

    /** Who may try while the provider is away. */
    Reachability reachability() {
        return reachability;
    }

    /** Whether any connection is known to be good. */
    boolean anyHealthy() {
        return links.stream().anyMatch(Link::isHealthy);
    }

    /** Has that run whenever a connection becomes ready. */
    void whenReady(Runnable task) {
        onReady.add(task);
    }

    boolean isFull() {
        return links.size() >= pool.config().maxConnections();
    }

    /** A new link, whose connection begins to open. */
    Link open() {
        Link link = new Link(pool, this, ++linkNumbers);
        links.add(link);
        link.open();
        return link;
    }

    /** Closes a link without streams. */
    void close(Link link) {
        links.remove(link);
        link.close();
        changed();
        reachability.closed(anyHealthy());
    }

    /** Replaces a connection, for a person or a script. */
    Pool.Reconnect renew(long connectionId) {
        for (Link link : links) {
            if (link.connectionId() == connectionId) {
                return link.renew();
            }
        }
        return Pool.Reconnect.UNKNOWN;
    }

    void closeAll() {
        List.copyOf(links).forEach(this::close);
        ready = false;
    }

    void becameReady() {
        reached = true;
        changed();
        onReady.forEach(Runnable::run);
    }

    /** Looks anew whether the provider can be reached. */
    void changed() {
        ready = anyReady().isPresent() || (reached && links.isEmpty());
    }

    /** Whether the provider can be reached, or could be when it was last needed. Any thread. */
    boolean isReady() {
        return ready;
    }

    /** The ready connection with the fewest monitors. */
    Optional<Connection> anyReady() {
        Optional<Connection> best = Optional.empty();
        int fewest = Integer.MAX_VALUE;
        for (Link link : links) {
            if (link.ready().isPresent() && link.monitors() < fewest) {
                fewest = link.monitors();
                best = link.ready();
            }
        }
        return best;
    }

    long nextConnectionId() {
        return ++connectionIds;
    }

    /** What came over each connection. */
    List<Link.Traffic> traffic() {
        return links.stream().flatMap(link -> link.traffic().stream()).toList();
    }

    List<Link> all() {
        return links;
    }
}
