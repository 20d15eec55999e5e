package io.firehole.simulator.rules;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Counts the open streams and the calls of each account.
 *
 * <p>Calls are counted in a token bucket per account and method that starts full, as the reference does. Any thread.
 */
public final class StreamLedger {

    /** Buckets not used for so long are forgotten. */
    static final long BUCKET_IDLE_NANOS = 300_000_000_000L;

    /** More accounts and methods than this are not told apart: the oldest buckets are forgotten, and start full again. */
    static final int MAX_BUCKETS = 10_000;

    private final StreamRules rules;
    private final Map<String, Integer> open = new HashMap<>();
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true);
    private int total;

    public StreamLedger(StreamRules rules) {
        this.rules = rules;
    }

    /** Counts a stream that opens; false, and not counted, if the account has as many as it may. */
    public synchronized boolean open(String account) {
        int now = open.getOrDefault(account, 0);
        if (now >= rules.perAccount()) {
            return false;
        }
        open.put(account, now + 1);
        total++;
        return true;
    }

    /** One stream that was counted is gone. */
    public synchronized void closed(String account) {
        open.computeIfPresent(account, (name, now) -> now == 1 ? null : now - 1);
        total--;
    }

    /** How many streams are open. */
    public synchronized int openStreams() {
        return total;
    }

    /** Counts a call; false if the account has no call of that method left now. */
    public synchronized boolean call(String account, String method, long nowNanos) {
        Rate rate = rules.calls();
        if (rate == null) {
            return true;
        }
        for (Iterator<Bucket> oldest = buckets.values().iterator(); oldest.hasNext(); ) {
            Bucket bucket = oldest.next();
            if (buckets.size() < MAX_BUCKETS && nowNanos - bucket.lastNanos < BUCKET_IDLE_NANOS) {
                break;
            }
            oldest.remove();
        }
        return buckets.computeIfAbsent(account + '\n' + method, name -> new Bucket(rate.max(), nowNanos))
                .take(rate, nowNanos);
    }

    private static final class Bucket {
        private double tokens;
        private long lastNanos;

        Bucket(int full, long nowNanos) {
            this.tokens = full;
            this.lastNanos = nowNanos;
        }

        boolean take(Rate rate, long nowNanos) {
            double refill =
                    (double) (nowNanos - lastNanos) * rate.max() / rate.per().toNanos();
            tokens = Math.min(rate.max(), tokens + refill);
            lastNanos = nowNanos;
            if (tokens < 1) {
                return false;
            }
            tokens -= 1;
            return true;
        }
    }
}
