package io.firehole.pool;

import io.firehole.pool.buffer.ReplayBuffer;
import io.firehole.pool.filling.GapFilling;
import io.firehole.pool.memory.MemoryBudget;
import io.firehole.pool.routing.RecentTransactions;
import io.firehole.pool.routing.UnroutableMessages;
import io.firehole.pool.time.NanoClock;
import io.firehole.pool.transport.Transport;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * What all parts of one pool share.
 *
 * @param config its rules
 * @param transport the way to the provider
 * @param clock all time it knows
 * @param timeOfDay what people call the time
 * @param random control thread only
 * @param loop its control thread
 * @param pace how many requests the provider allows
 * @param departures calls that the provider may still count as streams
 * @param watch looks at some updates twice
 * @param memory what all buffers may hold together
 * @param spilling what of that waits on disk instead
 * @param buffer what was received lately, for those who come back
 * @param callbacks runs what takes longer than the control thread may
 * @param filling how gaps are filled from elsewhere; empty if they are not
 * @param recent the transactions received last
 * @param unroutable the latest messages that are no update
 * @param tally what happened so far; control thread only
 */
record PoolContext(
        PoolConfig config,
        Transport transport,
        NanoClock clock,
        InstantSource timeOfDay,
        RandomGenerator random,
        PoolLoop loop,
        RequestPace pace,
        Departures departures,
        IntegrityWatch watch,
        MemoryBudget memory,
        Spilling spilling,
        ReplayBuffer buffer,
        Executor callbacks,
        Optional<GapFilling> filling,
        RecentTransactions recent,
        UnroutableMessages unroutable,
        PoolTally tally) {

    long now() {
        return clock.nanos();
    }

    /** How many calls the provider counts as streams, or may still count, that are neither anybody's stream nor a trial. */
    int passing() {
        return Math.toIntExact(tally.replaysOpen) + departures.count();
    }
}
