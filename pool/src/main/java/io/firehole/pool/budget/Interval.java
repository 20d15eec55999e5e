package io.firehole.pool.budget;

/**
 * When a provider can have counted one attempt: not before {@link #grantedNanos}, not after {@link #boundNanos}.
 *
 * <p>Guarded by the lock of its {@link ConnectionBudget}.
 */
final class Interval {

    final long grantedNanos;
    long boundNanos;

    Interval(long grantedNanos, long boundNanos) {
        this.grantedNanos = grantedNanos;
        this.boundNanos = boundNanos;
    }
}
