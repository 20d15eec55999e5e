package io.firehole.console.live;

import com.google.protobuf.ByteString;
import io.firehole.pool.ClosedConnection;
import io.firehole.pool.Gap;
import io.firehole.pool.MonitorExplanation;
import io.firehole.pool.Pool;
import io.firehole.pool.PoolStats;
import io.firehole.pool.RecentTransaction;
import io.firehole.pool.TransactionExplanation;
import io.firehole.pool.metrics.MetricsSecond;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What the console knows of the pool. Any thread; may wait some milliseconds. */
public interface PoolView {

    /** How the pool stands. */
    PoolStats stats();

    /** What monitors should have seen and did not, newest first. */
    List<Gap> gaps(Optional<String> monitorId, int limit);

    /** The connections that ended last, newest first. */
    List<ClosedConnection> closedConnections(int limit);

    /** How a monitor is served; empty if it is not there. */
    Optional<MonitorExplanation> explain(String monitorId);

    /** What a monitor's filters say to a transaction; empty if it is not there. */
    Optional<TransactionExplanation> explain(String monitorId, ByteString signature);

    /** A transaction that was received lately; empty if it was not. */
    Optional<RecentTransaction> recent(ByteString signature);

    /** Replaces a connection by a new one. */
    Pool.Reconnect reconnect(long connectionId);

    /** Puts something that happened among the events. */
    void note(String kind, String monitorId, String text);

    /** Has somebody told what every monitor got in each second, until that is closed; see {@link Pool#everySecond}. */
    AutoCloseable everySecond(Consumer<? super MetricsSecond> listener);

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
            public List<ClosedConnection> closedConnections(int limit) {
                return pool.closedConnections(limit);
            }

            @Override
            public Optional<MonitorExplanation> explain(String monitorId) {
                return pool.explain(monitorId);
            }

            @Override
            public Optional<TransactionExplanation> explain(String monitorId, ByteString signature) {
                return pool.explain(monitorId, signature);
            }

            @Override
            public Optional<RecentTransaction> recent(ByteString signature) {
                return pool.recent(signature);
            }

            @Override
            public Pool.Reconnect reconnect(long connectionId) {
                return pool.reconnect(connectionId);
            }

            @Override
            public void note(String kind, String monitorId, String text) {
                pool.note(kind, monitorId, text);
            }

            @Override
            public AutoCloseable everySecond(Consumer<? super MetricsSecond> listener) {
                return pool.everySecond(listener);
            }
        };
    }
}
