package io.firehole.cli.pilot;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether updates of one kind and slot came in the same order on both ways. One thread.
 *
 * <p>Blocks are left out, which servers send once for each name in an order of their own, and statuses, of which a slot has
 * one each.
 */
final class OrderCheck {

    /** Slots that are kept until no more is to come for them. */
    private static final int SLOTS_KEPT = 256;

    private record Matched(long direct, long gateway) {}

    private final Map<String, List<Matched>> open = new LinkedHashMap<>();
    private long violations;

    /**
     * Takes note of an update that came on both ways.
     *
     * @param direct its number among those that came straight
     * @param gateway its number among those that came through the gateway
     */
    void matched(Sighting sighting, long direct, long gateway) {
        if (sighting.kind().equals("block") || sighting.kind().equals("slot")) {
            return;
        }
        open.computeIfAbsent(sighting.slot() + " " + sighting.kind(), key -> new ArrayList<>())
                .add(new Matched(direct, gateway));
        if (open.size() > SLOTS_KEPT) {
            String oldest = open.keySet().iterator().next();
            List<Matched> done = open.remove(oldest);
            violations += done == null ? 0 : violationsIn(done);
        }
    }

    /** How many updates came through the gateway after one that they came before straight. */
    long violations() {
        return violations
                + open.values().stream().mapToLong(OrderCheck::violationsIn).sum();
    }

    private static long violationsIn(List<Matched> matched) {
        List<Matched> byGateway = new ArrayList<>(matched);
        byGateway.sort(Comparator.comparingLong(Matched::gateway));
        long found = 0;
        for (int i = 1; i < byGateway.size(); i++) {
            if (byGateway.get(i).direct() < byGateway.get(i - 1).direct()) {
                found++;
            }
        }
        return found;
    }
}
