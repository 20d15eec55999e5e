package io.firehole.pool.budget;

import io.firehole.pool.time.NanoClock;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;

/**
 * A token bucket: full at first, refilled evenly, {@code capacity} tokens in each {@code per}. Any thread.
 *
 * <p><b>What it allows.</b> Not {@code capacity} in any window, but almost twice as many: who empties a full bucket and
 * then takes every token as it comes has had {@code 2 * capacity - 1} within one {@code per}; of 60 a minute, 119. With
 * each restart of the process it is full again, and each further process has a bucket of its own. And it counts when
 * one takes a token, not when the connection arrives. A provider that counts in windows sees its limit broken. Where that
 * matters, and for connections it does, use {@link BudgetRule.Algorithm#INTERVAL_LOG}.
 */
public final class TokenBucket {

    private final int capacity;
    private final Bucket bucket;

    /**
     * A full bucket.
     *
     * @param capacity how many tokens it holds, and how many come back in one {@code per}; at least 1
     * @param per positive
     */
    public TokenBucket(int capacity, Duration per, NanoClock clock) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a token bucket must hold at least 1 token, was " + capacity);
        }
        if (!per.isPositive()) {
            throw new IllegalArgumentException("a token bucket must be refilled in a positive time, was " + per);
        }
        this.capacity = capacity;
        this.bucket = Bucket.builder()
                .addLimit(limit -> limit.capacity(capacity).refillGreedy(capacity, per))
                .withCustomTimePrecision(new Since(clock, clock.nanos()))
                .build();
    }

    /**
     * Takes that many tokens, or none.
     *
     * @param tokens from 1 to the capacity
     * @return whether they were there
     */
    public boolean tryAcquire(int tokens) {
        return bucket.tryConsume(checked(tokens));
    }

    /** How many whole tokens are there. */
    public long availableTokens() {
        return bucket.getAvailableTokens();
    }

    /** How long until there is at least one token; 0 if there is. */
    public long nextTokenInNanos() {
        return inNanos(1);
    }

    /**
     * How long until there are that many tokens, if nobody takes one meanwhile; 0 if there are.
     *
     * @param tokens from 1 to the capacity
     */
    public long inNanos(int tokens) {
        return bucket.estimateAbilityToConsume(checked(tokens)).getNanosToWaitForRefill();
    }

    private int checked(int tokens) {
        if (tokens < 1 || tokens > capacity) {
            throw new IllegalArgumentException("tokens must be from 1 to " + capacity + ", was " + tokens);
        }
        return tokens;
    }

    /** Bucket4j compares times as numbers, so they must not wrap. */
    private record Since(NanoClock clock, long startNanos) implements TimeMeter {
        @Override
        public long currentTimeNanos() {
            return clock.nanos() - startNanos;
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }
}
