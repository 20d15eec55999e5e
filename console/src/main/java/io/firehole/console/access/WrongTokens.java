package io.firehole.console.access;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Makes guessing slow: after a few wrong tokens from one address every further one has that address wait, twice as long each
 * time. While it waits, right tokens are refused as well, so that the answer tells nothing. Any thread.
 */
final class WrongTokens {

    /** So many cost nothing: people mistype. */
    static final int FREE = 3;

    static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    static final Duration WAIT_MAX = Duration.ofMinutes(1);

    /** An address that has been quiet for so long begins anew. */
    static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(10);

    /** Addresses remembered; the one that was wrong first is forgotten for one more. */
    static final int ADDRESSES_MAX = 10_000;

    private record Tries(int wrong, Instant last, Instant waitsUntil) {}

    private final InstantSource clock;

    /** Guards the map below. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<InetAddress, Tries> byAddress = new LinkedHashMap<>();

    WrongTokens(InstantSource clock) {
        this.clock = clock;
    }

    /** How long that address must wait before it may try again; zero if it may. */
    Duration waits(InetAddress address) {
        lock.lock();
        try {
            Tries known = current(address);
            Duration left = known == null ? Duration.ZERO : Duration.between(clock.instant(), known.waitsUntil());
            return left.isNegative() ? Duration.ZERO : left;
        } finally {
            lock.unlock();
        }
    }

    /**
     * It was wrong.
     *
     * @return how often in a row
     */
    int wrong(InetAddress address) {
        lock.lock();
        try {
            Tries known = current(address);
            int wrong = known == null ? 1 : known.wrong() + 1;
            Instant now = clock.instant();
            if (known == null && byAddress.size() == ADDRESSES_MAX) {
                byAddress.remove(byAddress.keySet().iterator().next());
            }
            byAddress.put(address, new Tries(wrong, now, now.plus(waitAfter(wrong))));
            return wrong;
        } finally {
            lock.unlock();
        }
    }

    /** It was right. */
    void right(InetAddress address) {
        lock.lock();
        try {
            byAddress.remove(address);
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Tries current(InetAddress address) {
        Tries known = byAddress.get(address);
        if (known != null && known.last().plus(FORGOTTEN_AFTER).isBefore(clock.instant())) {
            byAddress.remove(address);
            return null;
        }
        return known;
    }

    private static Duration waitAfter(int wrong) {
        if (wrong < FREE) {
            return Duration.ZERO;
        }
        Duration wait = FIRST_WAIT.multipliedBy(1L << Math.min(wrong - FREE, 10));
        return wait.compareTo(WAIT_MAX) < 0 ? wait : WAIT_MAX;
    }
}
