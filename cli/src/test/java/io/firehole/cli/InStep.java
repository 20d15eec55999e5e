package io.firehole.cli;

import io.firehole.wire.proto.CommitmentLevel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How long after each fault monitors are in step again with somebody whom no fault befalls: until they get the end of a slot, one
 * that ended after the fault, hardly later than that one does. The chain's own pace, up to a slot, is in it. Any thread.
 */
final class InStep {

    /** What counts as hardly later. */
    static final Duration HARDLY = Duration.ofMillis(200);

    private final Map<CommitmentLevel, Map<Long, Long>> undisturbed = new EnumMap<>(CommitmentLevel.class);
    private final Map<String, NavigableMap<Long, Long>> bySlot = new TreeMap<>();
    private final Map<String, CommitmentLevel> levels = new TreeMap<>();
    private final List<Fault> faults = new ArrayList<>();

    /** One of a kind. */
    private record Fault(String kind, long atNanos) {}

    /** The one whom no fault befalls got the end of a slot. */
    synchronized void undisturbed(CommitmentLevel level, long slot) {
        undisturbed.computeIfAbsent(level, first -> new TreeMap<>()).putIfAbsent(slot, System.nanoTime());
    }

    /** Whether it is served at all levels. */
    synchronized boolean isWatching() {
        return undisturbed.size() == 3;
    }

    /** A monitor did. */
    synchronized void sealed(String monitor, CommitmentLevel level, long slot) {
        levels.put(monitor, level);
        bySlot.computeIfAbsent(monitor, first -> new TreeMap<>()).putIfAbsent(slot, System.nanoTime());
    }

    synchronized void fault(String kind) {
        faults.add(new Fault(kind, System.nanoTime()));
    }

    /** Of all faults and monitors, in milliseconds, sorted; those that are not in step again until the end are left out. */
    long[] backAfterMillis() {
        return backAfterMillis(any -> true);
    }

    /** The same of one kind. */
    long[] backAfterMillis(String kind) {
        return backAfterMillis(kind::equals);
    }

    private synchronized long[] backAfterMillis(Predicate<String> kinds) {
        List<Long> back = new ArrayList<>();
        for (Map.Entry<String, NavigableMap<Long, Long>> monitor : bySlot.entrySet()) {
            Map<Long, Long> witness = undisturbed.getOrDefault(levels.get(monitor.getKey()), Map.of());
            for (Fault fault : faults) {
                if (kinds.test(fault.kind())) {
                    monitor.getValue().entrySet().stream()
                            .filter(seal -> isInStep(witness.get(seal.getKey()), seal.getValue(), fault.atNanos()))
                            .findFirst()
                            .ifPresent(seal -> back.add((seal.getValue() - fault.atNanos()) / 1_000_000));
                }
            }
        }
        long[] sorted = back.stream().mapToLong(millis -> millis).toArray();
        Arrays.sort(sorted);
        return sorted;
    }

    private static boolean isInStep(@Nullable Long witness, long seal, long fault) {
        return witness != null && witness - fault >= 0 && seal - witness <= HARDLY.toNanos();
    }
}
