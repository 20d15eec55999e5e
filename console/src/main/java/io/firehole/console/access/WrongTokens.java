package io.firehole.console.access;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Makes guessing slow: after a few wrong tokens from one address every further one has that address wait, twice as long each
 * time. While it waits, right tokens are refused as well, so that the answer tells nothing. Any thread.
 *
 * <p>Several clients may share an address, behind a proxy for instance, and none of them may shut the others out. So a token
 * counts once, however often it is shown: a client that goes on with an old one guesses nothing. And who was let in
 * from an address is let in from there even while it waits.
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

    /** Wrong tokens remembered of an address; the oldest is forgotten for one more. */
    static final int TOKENS_MAX = 8;

    /** Addresses with a token that was right from there; the one that was used longest ago is forgotten for one more. */
    static final int PROVEN_MAX = 10_000;

    /** A caller at an address. */
    private record Proven(InetAddress address, Caller caller) {}

    /** What an address has tried. Under the lock. */
    private static final class Tries {
        private final Deque<Long> shown = new ArrayDeque<>();
        private int wrong;
        private Instant last = Instant.MIN;
        private Instant waitsUntil = Instant.MIN;
    }

    private final InstantSource clock;

    /** Guards the maps below. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<InetAddress, Tries> byAddress = new LinkedHashMap<>();
    private final Map<Proven, Boolean> proven = new LinkedHashMap<>(16, 0.75f, true);

    WrongTokens(InstantSource clock) {
        this.clock = clock;
    }

    /**
     * How long that address must wait before it may try again; zero if it may.
     *
     * @param caller whom the token names that it shows now; {@link Caller#NOBODY} if it is wrong
     */
    Duration waits(InetAddress address, Caller caller) {
        lock.lock();
        try {
            Tries known = current(address);
            if (known == null || proven.containsKey(new Proven(address, caller))) {
                return Duration.ZERO;
            }
            Duration left = Duration.between(clock.instant(), known.waitsUntil);
            return left.isNegative() ? Duration.ZERO : left;
        } finally {
            lock.unlock();
        }
    }

    /** Whether that address has shown that wrong token lately. */
    boolean isKnown(InetAddress address, long token) {
        lock.lock();
        try {
            Tries known = current(address);
            return known != null && known.shown.contains(token);
        } finally {
            lock.unlock();
        }
    }

    /**
     * It was wrong.
     *
     * @param token some bits of its digest
     * @return how many in a row
     */
    int wrong(InetAddress address, long token) {
        lock.lock();
        try {
            Tries known = current(address);
            if (known == null) {
                if (byAddress.size() == ADDRESSES_MAX) {
                    byAddress.remove(byAddress.keySet().iterator().next());
                }
                known = new Tries();
                byAddress.put(address, known);
            }
            if (known.shown.size() == TOKENS_MAX) {
                known.shown.removeFirst();
            }
            known.shown.addLast(token);
            known.wrong++;
            known.last = clock.instant();
            known.waitsUntil = known.last.plus(waitAfter(known.wrong));
            return known.wrong;
        } finally {
            lock.unlock();
        }
    }

    /** It was right, and did not have to wait: all that was wrong before is forgiven. */
    void right(InetAddress address, Caller caller) {
        lock.lock();
        try {
            byAddress.remove(address);
            proven.put(new Proven(address, caller), true);
            if (proven.size() > PROVEN_MAX) {
                proven.remove(proven.keySet().iterator().next());
            }
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Tries current(InetAddress address) {
        Tries known = byAddress.get(address);
        if (known != null && known.last.plus(FORGOTTEN_AFTER).isBefore(clock.instant())) {
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
