package io.firehole.pool.budget;

import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What the budget will give, if nobody else takes from it and the provider answers.
 *
 * @param nextPermitInNanos how long until the most urgent class gets a permit; 0 if at once
 * @param backInNanos by class, how long until all connections of that class that drop now are back; only the classes asked
 *     about
 */
public record Forecast(long nextPermitInNanos, Map<PermitClass, Long> backInNanos) {

    /** How long a connect is taken to last: TCP, TLS and HTTP/2 with a provider some thousand kilometres away. */
    public static final Duration CONNECT = Duration.ofMillis(200);

    /** More connections than this nobody has; what is asked beyond is not looked at. */
    public static final int CONNECTIONS_MAX = 10_000;

    public Forecast {
        backInNanos = Map.copyOf(backInNanos);
    }

    /** How long until all of them are back. */
    public long allBackInNanos() {
        return backInNanos.values().stream().max(Comparator.naturalOrder()).orElse(0L);
    }

    /**
     * Plays it forward: urgent classes first, those who wait already before those who drop now.
     *
     * @param outlooks the rules that count connects; used up
     * @param startNanos how long nobody gets anything
     * @param waiting who waits already
     * @param dropping who drops now
     * @param inFlightMax how many connects may be under way at once
     */
    static Map<PermitClass, Long> back(
            List<Outlook> outlooks,
            long startNanos,
            Map<PermitClass, Integer> waiting,
            Map<PermitClass, Integer> dropping,
            int inFlightMax) {
        Map<PermitClass, Long> back = new EnumMap<>(PermitClass.class);
        long[] landings = new long[inFlightMax];
        long atNanos = startNanos;
        int played = 0;
        for (PermitClass purpose : PermitClass.values()) {
            int dropped = dropping.getOrDefault(purpose, 0);
            int count = waiting.getOrDefault(purpose, 0) + dropped;
            for (int i = 0; i < count && played < CONNECTIONS_MAX; i++, played++) {
                atNanos = admittedAt(outlooks, purpose, Math.max(atNanos, landings[played % inFlightMax]));
                long landsNanos = atNanos + CONNECT.toNanos();
                landings[played % inFlightMax] = landsNanos;
                for (Outlook outlook : outlooks) {
                    outlook.take(atNanos, landsNanos);
                }
            }
            if (dropped > 0) {
                back.put(purpose, atNanos + CONNECT.toNanos());
            }
        }
        return back;
    }

    private static long admittedAt(List<Outlook> outlooks, PermitClass purpose, long notBeforeNanos) {
        long atNanos = notBeforeNanos;
        long before;
        do {
            before = atNanos;
            for (Outlook outlook : outlooks) {
                atNanos = outlook.admitsAt(purpose, atNanos);
            }
        } while (atNanos != before);
        return atNanos;
    }
}
