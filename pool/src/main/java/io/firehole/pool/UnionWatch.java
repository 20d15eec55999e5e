package io.firehole.pool;

import java.time.Duration;

/** Sees to it that no union of filters brings more in vain than {@link PoolConfig#wideningMax} allows. Control thread. */
final class UnionWatch {

    /** How often it looks. */
    static final Duration TICK = Duration.ofSeconds(5);

    private final PoolContext pool;
    private final Placement placement;

    UnionWatch(PoolContext pool, Placement placement) {
        this.pool = pool;
        this.placement = placement;
    }

    void start() {
        pool.loop().after(TICK.toNanos(), this::look);
    }

    private void look() {
        placement.judgeUnions();
        start();
    }
}
