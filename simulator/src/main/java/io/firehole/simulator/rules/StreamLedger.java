package io.firehole.simulator.rules;

import io.firehole.filters.profile.ProviderProfile;
import io.firehole.filters.profile.Rate;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts the open streams, the calls and the requests of each account.
 *
 * <p>Calls of a method, and requests on all streams together, are counted in closed windows of the account, refused ones
 * too: whoever keeps within that keeps within a token bucket of the same rate as well, which is what the reference has. Any
 * thread.
 */
public final class StreamLedger {

    /** Windows of more accounts and methods than this are not told apart: the oldest are forgotten, and begin anew. */
    static final int MAX_WINDOWS = 10_000;

    /** Where the requests of an account are counted, beside its methods, which begin with a slash. */
    private static final String REQUESTS = "requests";

    private final ProviderProfile profile;
    private final Map<String, Integer> open = new HashMap<>();
    private final Map<String, List<RateWindow>> windows = new LinkedHashMap<>(16, 0.75f, true);
    private int total;

    public StreamLedger(ProviderProfile profile) {
        this.profile = profile;
    }

    /** Counts a stream that opens; false, and not counted, if the account has as many as it may. */
    public synchronized boolean open(String account) {
        int now = open.getOrDefault(account, 0);
        if (now >= profile.streamsPerAccount()) {
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

    /** Counts a call; false if these are more of that method than the account may make. */
    public synchronized boolean call(String account, String method, long nowNanos) {
        return count(account, method, profile.subscribes(), nowNanos);
    }

    /** Counts a request on an open stream, pings too; false if these are more than the account may send. */
    public synchronized boolean request(String account, long nowNanos) {
        return count(account, REQUESTS, profile.requests(), nowNanos);
    }

    private boolean count(String account, String what, List<Rate> rates, long nowNanos) {
        if (rates.isEmpty()) {
            return true;
        }
        String name = account + '\n' + what;
        List<RateWindow> counted = windows.get(name);
        if (counted == null) {
            if (windows.size() == MAX_WINDOWS) {
                Iterator<String> oldest = windows.keySet().iterator();
                oldest.next();
                oldest.remove();
            }
            counted = rates.stream()
                    .map(rate -> RateWindow.forJudging(rate.max(), rate.per().toNanos()))
                    .toList();
            windows.put(name, counted);
        }
        boolean over = false;
        for (RateWindow window : counted) {
            over |= window.count(nowNanos);
        }
        return !over;
    }
}
