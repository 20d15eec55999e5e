package io.firehole.console;

import com.google.protobuf.ByteString;
import io.firehole.pool.Gap;
import io.firehole.pool.MonitorExplanation;
import io.firehole.pool.Pool;
import io.firehole.pool.PoolStats;
import io.firehole.pool.TransactionExplanation;
import java.util.List;
import java.util.Optional;

/** What the console knows of the pool. Any thread; may wait some milliseconds. */
interface PoolView {

    /** How the pool stands. */
    PoolStats stats();

    /** What monitors should have seen and did not, newest first. */
    List<Gap> gaps(Optional<String> monitorId, int limit);

    /** How a monitor is served; empty if it is not there. */
    Optional<MonitorExplanation> explain(String monitorId);

    /** What a monitor's filters say to a transaction; empty if it is not there. */
    Optional<TransactionExplanation> explain(String monitorId, ByteString signature);

    /** That pool. */
    static PoolView of(Pool pool) {
        return new PoolView() {
            @Override
            public PoolStats stats() {
                return pool.stats();
            }

            @Override
            public List<Gap> gaps(Optional<String> monitorId, int limit) {
                return pool.gaps(monitorId, limit);
            }

            @Override
            public Optional<MonitorExplanation> explain(String monitorId) {
                return pool.explain(monitorId);
            }

            @Override
            public Optional<TransactionExplanation> explain(String monitorId, ByteString signature) {
                return pool.explain(monitorId, signature);
            }
        };
    }
}
