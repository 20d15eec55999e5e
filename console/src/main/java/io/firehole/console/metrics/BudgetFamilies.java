package io.firehole.console.metrics;

import io.firehole.console.live.LiveDocument;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.PermitClass;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Every metric of the budget of new connections. The names are for ever. */
final class BudgetFamilies {

    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    private final List<MetricFamily> families = new ArrayList<>();

    private BudgetFamilies() {
        budget();
    }

    static List<MetricFamily> all() {
        return List.copyOf(new BudgetFamilies().families);
    }

    private void with(String name, String help, List<String> labels, FigureFamily.Source source) {
        families.add(new FigureFamily(name, help, labels, source));
    }

    private void budget() {
        with(
                "firehole_permits_limit",
                "New connections that a rule allows in its window",
                List.of("rule"),
                (sample, series) -> sample.stats()
                        .budget()
                        .ifPresent(budget -> budget.rules()
                                .forEach(use -> series.put(use.rule().max(), rule(use.rule())))));
        with(
                "firehole_permits_used",
                "New connections that stand in a rule's window",
                List.of("rule"),
                (sample, series) -> sample.stats()
                        .budget()
                        .ifPresent(budget -> budget.rules().forEach(use -> series.put(use.used(), rule(use.rule())))));
        with(
                "firehole_permits_available",
                "New connections that a rule admits now",
                List.of("rule"),
                (sample, series) -> sample.stats()
                        .budget()
                        .ifPresent(budget ->
                                budget.rules().forEach(use -> series.put(use.available(), rule(use.rule())))));
        with(
                "firehole_permits_queued",
                "Who waits for a permit",
                List.of("class"),
                (sample, series) -> sample.stats().budget().ifPresent(budget -> {
                    for (PermitClass purpose : PermitClass.values()) {
                        series.put(budget.queued().getOrDefault(purpose, 0), LiveDocument.word(purpose));
                    }
                }));
        with(
                "firehole_permits_granted_total",
                "Permits given",
                List.of(),
                (sample, series) -> sample.stats().budget().ifPresent(budget -> series.put(budget.granted())));
        with(
                "firehole_permits_waited_seconds_total",
                "How long those waited who were given a permit, in sum, in seconds",
                List.of(),
                (sample, series) ->
                        sample.stats().budget().ifPresent(budget -> series.put(budget.waitedNanos() / NANOS)));
        with(
                "firehole_provider_refusals_total",
                "Connections and calls that the provider refused",
                List.of("reason"),
                (sample, series) -> sample.stats()
                        .budget()
                        .ifPresent(budget ->
                                budget.refusals().forEach((why, count) -> series.put(count, LiveDocument.word(why)))));
    }

    private static String rule(BudgetRule rule) {
        return rule.max() + "/" + rule.per().toSeconds() + "s " + LiveDocument.word(rule.counts());
    }
}
