package io.firehole.console.access;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Who is logged in, by the secret that their browser keeps. Any thread. */
final class Sessions {

    /** How long a login lasts. */
    static final Duration LIFETIME = Duration.ofHours(12);

    /** How many there may be; the oldest ends for one more. */
    static final int SESSIONS_MAX = 1_000;

    private static final int SECRET_BYTES = 32;

    private record Session(Caller caller, Instant ends) {}

    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    /** Guards the map below. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Map<String, Session> bySecret = new LinkedHashMap<>();

    Sessions(InstantSource clock) {
        this.clock = clock;
    }

    /** Begins one; what the browser is to keep. */
    String begin(Caller caller) {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        String secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        lock.lock();
        try {
            if (bySecret.size() == SESSIONS_MAX) {
                bySecret.remove(bySecret.keySet().iterator().next());
            }
            bySecret.put(secret, new Session(caller, clock.instant().plus(LIFETIME)));
        } finally {
            lock.unlock();
        }
        return secret;
    }

    /** Whose it is; empty if it has ended, or never was. */
    Optional<Caller> callerOf(String secret) {
        lock.lock();
        try {
            Session session = bySecret.get(secret);
            if (session != null && !clock.instant().isBefore(session.ends())) {
                bySecret.remove(secret);
                return Optional.empty();
            }
            return Optional.ofNullable(session).map(Session::caller);
        } finally {
            lock.unlock();
        }
    }

    void end(String secret) {
        lock.lock();
        try {
            bySecret.remove(secret);
        } finally {
            lock.unlock();
        }
    }
}
