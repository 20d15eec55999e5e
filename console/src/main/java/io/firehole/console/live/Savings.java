package io.firehole.console.live;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firehole.pool.PoolStats;
import java.util.Optional;

/**
 * What sharing saves against a subscription, on a connection of its own, for each stream of a monitor. Those would bring each
 * update once for every monitor it is for, so what monitors were given is what the provider would have sent.
 */
final class Savings {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final Optional<Price> price;

    Savings(Optional<Price> price) {
        this.price = price;
    }

    ObjectNode shown(PoolStats stats) {
        PoolStats.Totals totals = stats.totals();
        long savedBytes = totals.deliveredBytes() - totals.bytes();
        ObjectNode node = JSON.objectNode();
        node.set("messages", compared(totals.updates(), totals.delivered()));
        node.set("bytes", compared(totals.bytes(), totals.deliveredBytes()));
        node.set("connections", compared(stats.total(), stats.monitors().size()));
        if (price.isEmpty()) {
            return node.putNull("price");
        }
        Price known = price.get();
        node.putObject("price")
                .put("currency", known.currency())
                .put("perGigabyte", known.perGigabyte())
                .put("upstream", known.of(totals.bytes()))
                .put("separate", known.of(totals.deliveredBytes()))
                .put("saved", known.of(savedBytes));
        return node;
    }

    private static ObjectNode compared(long upstream, long separate) {
        double percent = separate == 0 ? 0 : Math.round((separate - upstream) * 1_000.0 / separate) / 10.0;
        return JSON.objectNode()
                .put("upstream", upstream)
                .put("separate", separate)
                .put("savedPercent", percent);
    }
}
