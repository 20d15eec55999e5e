package io.firehole.pool.budget;

import java.util.PriorityQueue;

/** One rule played forward on a copy. Times count from when the copy was made and never go back. One thread. */
interface Outlook {

    /** The first moment, not before that one, at which one more of that class is admitted. */
    long admitsAt(PermitClass purpose, long notBeforeNanos);

    /** One is taken then, and settled at that other moment. */
    void take(long atNanos, long settledNanos);

    /** How an {@link IntervalLog} goes on. */
    final class OfIntervals implements Outlook {
        private final int max;
        private final long keptNanos;
        private final PriorityQueue<Long> expiries;

        /** @param expiries when each live interval ends to count; taken over */
        OfIntervals(int max, long keptNanos, PriorityQueue<Long> expiries) {
            this.max = max;
            this.keptNanos = keptNanos;
            this.expiries = expiries;
        }

        @Override
        public long admitsAt(PermitClass purpose, long notBeforeNanos) {
            long atNanos = notBeforeNanos;
            for (Long next = expiries.peek();
                    next != null && (next <= atNanos || expiries.size() >= purpose.limit(max));
                    next = expiries.peek()) {
                atNanos = Math.max(atNanos, next);
                expiries.remove();
            }
            return atNanos;
        }

        @Override
        public void take(long atNanos, long settledNanos) {
            expiries.add(settledNanos + keptNanos);
        }
    }

    /** How a token bucket goes on. */
    final class OfTokens implements Outlook {
        private final int max;
        private final double perNano;
        private double tokens;
        private long filledNanos;

        OfTokens(BudgetRule rule, long tokens) {
            this.max = rule.max();
            this.perNano = rule.max() / (double) rule.per().toNanos();
            this.tokens = tokens;
        }

        @Override
        public long admitsAt(PermitClass purpose, long notBeforeNanos) {
            fill(notBeforeNanos);
            double missing = max - purpose.limit(max) + 1 - tokens;
            return missing <= 0 ? notBeforeNanos : notBeforeNanos + (long) Math.ceil(missing / perNano);
        }

        @Override
        public void take(long atNanos, long settledNanos) {
            fill(atNanos);
            tokens--;
        }

        private void fill(long atNanos) {
            tokens = Math.min(max, tokens + (atNanos - filledNanos) * perNano);
            filledNanos = atNanos;
        }
    }
}
