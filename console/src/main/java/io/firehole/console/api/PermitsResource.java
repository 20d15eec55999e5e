package io.firehole.console.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firehole.console.http.Query;
import io.firehole.console.http.Reply;
import io.firehole.console.http.Resource;
import io.firehole.console.live.LiveDocument;
import io.firehole.console.live.Sample;
import io.firehole.console.live.Sampler;
import io.firehole.pool.Group;
import io.firehole.pool.PoolStats;
import io.firehole.pool.PoolStats.ConnectionState;
import io.firehole.pool.budget.BudgetSnapshot;
import io.firehole.pool.budget.Forecast;
import io.firehole.pool.budget.PermitClass;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The budget of new connections: what its rules hold, who waits, and when everybody would be back if all were lost now. */
public final class PermitsResource implements Resource {

    private final Sampler sampler;
    private final Optional<PermitForecast> forecast;

    /** @param forecast empty if nobody knows */
    public PermitsResource(Sampler sampler, Optional<PermitForecast> forecast) {
        this.sampler = sampler;
        this.forecast = forecast;
    }

    @Override
    public Set<String> parameters() {
        return Set.of();
    }

    @Override
    public Reply get(Query query) {
        Sample sample = sampler.latest();
        Optional<BudgetSnapshot> budget = sample.stats().budget();
        ObjectNode data = LiveDocument.rateLimit(budget).put("limited", budget.isPresent());
        budget.ifPresent(snapshot -> put(data, snapshot));
        if (forecast.isEmpty()) {
            data.putNull("forecast");
        } else {
            data.set("forecast", forecast(sample.stats(), forecast.get()));
        }
        return Reply.data(data);
    }

    private static void put(ObjectNode data, BudgetSnapshot budget) {
        ArrayNode rules = data.putArray("rules");
        for (BudgetSnapshot.RuleUse use : budget.rules()) {
            rules.addObject()
                    .put("max", use.rule().max())
                    .put("per", use.rule().per().toMillis())
                    .put("counts", LiveDocument.word(use.rule().counts()))
                    .put("algorithm", LiveDocument.word(use.rule().algorithm()))
                    .put("scope", use.rule().scope())
                    .put("used", use.used())
                    .put("believed", use.believed())
                    .put("available", use.available());
        }
        ArrayNode classes = data.putArray("classes");
        BudgetSnapshot.RuleUse tightest = budget.tightest();
        for (PermitClass purpose : PermitClass.values()) {
            int mayUse = purpose.limit(tightest.believed());
            classes.addObject()
                    .put("class", LiveDocument.word(purpose))
                    .put("queued", budget.queued().getOrDefault(purpose, 0))
                    .put("mayUse", mayUse)
                    .put("available", Math.max(0, mayUse - tightest.used()));
        }
        data.put("granted", budget.granted())
                .put("unused", budget.unused())
                .put("stale", budget.stale())
                .put("queueFull", budget.queueFull())
                .put("capped", budget.capped())
                .put("inFlight", budget.inFlight())
                .put("waited", Duration.ofNanos(budget.waitedNanos()).toMillis())
                .put("restraint", LiveDocument.word(budget.restraint()));
        ObjectNode refusals = data.putObject("refusals");
        budget.refusals().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(one -> refusals.put(LiveDocument.word(one.getKey()), one.getValue()));
        ObjectNode ledgers = data.putObject("ledgers");
        budget.ledgers().forEach((scope, use) -> ledgers.put(scope, LiveDocument.word(use)));
    }

    /** What happens if every connection that is open drops now. */
    private static ObjectNode forecast(PoolStats stats, PermitForecast budget) {
        Map<PermitClass, Integer> dropping = new EnumMap<>(PermitClass.class);
        for (PoolStats.ConnectionStats one : stats.connections()) {
            if (one.state() == ConnectionState.READY) {
                dropping.merge(purpose(one.group()), 1, Integer::sum);
            }
        }
        Forecast forecast = budget.ifDropped(dropping);
        ObjectNode node = Reply.JSON
                .objectNode()
                .put(
                        "connections",
                        dropping.values().stream().mapToInt(Integer::intValue).sum())
                .put("nextPermitIn", millis(forecast.nextPermitInNanos()))
                .put("allBackIn", millis(forecast.allBackInNanos()));
        ObjectNode back = node.putObject("backIn");
        for (PermitClass purpose : PermitClass.values()) {
            Long nanos = forecast.backInNanos().get(purpose);
            if (nanos != null) {
                back.put(LiveDocument.word(purpose), millis(nanos));
            }
        }
        return node;
    }

    private static PermitClass purpose(Optional<Group> group) {
        return group.map(of -> switch (of) {
                    case HIGH -> PermitClass.RECONNECT_HIGH;
                    case MEDIUM -> PermitClass.RECONNECT_MEDIUM;
                    case LOW -> PermitClass.RECONNECT_LOW;
                })
                .orElse(PermitClass.FIRST_CONNECT);
    }

    private static long millis(long nanos) {
        return Duration.ofNanos(nanos).toMillis();
    }
}
