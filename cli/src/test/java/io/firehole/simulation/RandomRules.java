package io.firehole.simulation;

import io.firehole.simulation.Story.Room;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Rules of a provider by chance. */
final class RandomRules {

    private static final int ROOMY_PER_KIND = 400;

    private final RandomGenerator random;
    private final RandomFilters filters;
    private final int acts;
    private final Map<String, String> rules = new LinkedHashMap<>();

    /** @param acts how much is asked of the provider */
    RandomRules(RandomGenerator random, RandomFilters filters, int acts) {
        this.random = random;
        this.acts = acts;
        this.filters = filters;
    }

    Map<String, String> of(Room room) {
        switch (room) {
            case OPEN -> {}
            case ROOMY -> roomy();
            case TIGHT -> tight();
        }
        return rules;
    }

    /** More of everything than sixty monitors with seven filters of a kind each can need, or nearly. */
    private void roomy() {
        at(50, "accounts.max", ROOMY_PER_KIND);
        at(50, "transactions.max", ROOMY_PER_KIND);
        at(50, "slots.max", ROOMY_PER_KIND);
        at(50, "blocks.max", ROOMY_PER_KIND);
        at(50, "blocks-meta.max", ROOMY_PER_KIND);
        at(50, "entries.max", ROOMY_PER_KIND);
        at(50, "streams.per-account", 100);
        at(50, "streams.per-connection", 50);
        at(50, "connections.max", 20);
        at(50, "request.bytes", 1 << 20);
        rejections(20);
    }

    private void tight() {
        few("streams.per-account", 8);
        few("streams.per-connection", 4);
        few("connections.max", 8);
        few("accounts.max", 8);
        few("transactions.max", 8);
        few("slots.max", 4);
        few("blocks.max", 4);
        few("blocks-meta.max", 3);
        few("entries.max", 3);
        few("accounts.account-max", 6);
        few("accounts.owner-max", 4);
        few("transactions.include-max", 6);
        few("transactions.exclude-max", 4);
        few("transactions.required-max", 4);
        few("accounts.data-slices", 2);
        at(25, "request.bytes", 1_000 + random.nextInt(10_000));
        at(25, "filters.name-bytes", 24);
        if (chance(20)) {
            // However few there are, what is asked within a second is in effect after some seconds.
            rules.put("requests", (1 + acts / 4 + random.nextInt(20)) + "/1s");
        }
        rejections(30);
    }

    private void rejections(int percent) {
        if (chance(percent)) {
            rules.put("accounts.account-reject", filters.popularKey());
        }
        if (chance(percent)) {
            rules.put("accounts.owner-reject", filters.owner());
        }
        if (chance(percent)) {
            rules.put("transactions.include-reject", filters.popularKey());
        }
        if (chance(percent)) {
            rules.put("accounts.any", "false");
        }
        if (chance(percent)) {
            rules.put("transactions.any", "false");
        }
        if (chance(percent)) {
            rules.put("blocks.accounts", "false");
        }
    }

    private void few(String key, int most) {
        at(40, key, 1 + random.nextInt(most));
    }

    private void at(int percent, String key, int value) {
        if (chance(percent)) {
            rules.put(key, Integer.toString(value));
        }
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }
}
