package io.firehole.console;

import io.firehole.pool.Pool;
import io.firehole.pool.PoolStats;

/** What the console knows of the pool. Any thread; may wait some milliseconds. */
interface PoolView {

    /** How the pool stands. */
    PoolStats stats();

    /** That pool. */
    static PoolView of(Pool pool) {
        return pool::stats;
    }
}
