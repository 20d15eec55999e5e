package io.firehole.console.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firehole.console.http.BadQueryException;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import io.firehole.console.live.PoolView;
import io.firehole.pool.Filling;
import io.firehole.pool.Gap;
import io.firehole.pool.PoolStats;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What monitors should have seen and did not, newest first. */
public final class GapsResource implements Resource {

    /** How many are told of in one answer, unless it is asked for more. */
    static final int LIMIT = 100;

    static final int LIMIT_MAX = 10_000;

    private final PoolView pool;

    public GapsResource(PoolView pool) {
        this.pool = pool;
    }

    @Override
    public Set<String> parameters() {
        return Set.of("limit", "monitor");
    }

    @Override
    public Reply get(Query query) throws BadQueryException {
        int limit = query.count("limit", LIMIT, 1, LIMIT_MAX);
        Optional<String> monitor = query.text("monitor");
        long total = 0;
        Map<String, Long> causes = new TreeMap<>();
        for (PoolStats.GapCount count : pool.stats().gapCounts()) {
            if (monitor.isEmpty() || monitor.get().equals(count.monitor())) {
                total += count.gaps();
                causes.merge(count.cause().word(), count.gaps(), Long::sum);
            }
        }
        ObjectNode data = Reply.JSON.objectNode().put("total", total);
        ObjectNode counted = data.putObject("causes");
        causes.forEach(counted::put);
        ArrayNode gaps = data.putArray("gaps");
        pool.gaps(monitor, limit).forEach(gap -> gaps.add(shown(gap)));
        return Reply.data(data);
    }

    private static ObjectNode shown(Gap gap) {
        ObjectNode shown = Reply.JSON
                .objectNode()
                .put("number", gap.number())
                .put("monitor", gap.monitor())
                .put("commitment", gap.commitment().name().toLowerCase(Locale.ROOT))
                .put("firstSlot", gap.firstSlot())
                .put("lastSlot", gap.lastSlot())
                .put("cause", gap.cause().word())
                .put("detail", gap.detail())
                .put("brokeAt", gap.brokeAt().toString())
                .put("resumedAt", gap.resumedAt().toString());
        gap.filling().ifPresent(filling -> shown.set("filling", shown(filling)));
        return shown;
    }

    private static ObjectNode shown(Filling filling) {
        ObjectNode shown = Reply.JSON
                .objectNode()
                .put("whole", filling.isWhole())
                .put("slotsFilled", filling.slotsFilled())
                .put("slotsFailed", filling.slotsFailed())
                .put("slotsNotAsked", filling.slotsNotAsked())
                .put("detail", filling.detail());
        ArrayNode missing = shown.putArray("kindsMissing");
        filling.kindsMissing().forEach(missing::add);
        return shown;
    }
}
