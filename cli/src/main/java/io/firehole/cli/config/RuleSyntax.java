package io.firehole.cli.config;

import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.BudgetRule.Algorithm;
import io.firehole.pool.budget.BudgetRule.Counts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How the rules of a budget are written: {@code 60/60s, 300/10m counts=both}: at most so many in any window of that length,
 * and what is unlike the default.
 */
final class RuleSyntax {

    private static final int RULES_MAX = 8;
    private static final String CONNECTIONS = "connections";

    private RuleSyntax() {}

    static Syntax<List<BudgetRule>> rules() {
        return new Syntax<>(
                text -> {
                    List<BudgetRule> rules =
                            Values.names(text).stream().map(RuleSyntax::rule).toList();
                    if (rules.isEmpty() || rules.size() > RULES_MAX) {
                        throw new IllegalArgumentException("must have from 1 to " + RULES_MAX + " rules");
                    }
                    return rules;
                },
                rules -> rules.stream().map(RuleSyntax::show).collect(Collectors.joining(", ")));
    }

    /** One rule from its parts; those that are empty are left to the default. */
    static String text(String max, String per, String counts, String algorithm, String scope) {
        List<String> parts = new ArrayList<>(List.of(max + "/" + per));
        add(parts, "counts", counts);
        add(parts, "algorithm", algorithm);
        add(parts, "scope", scope);
        return String.join(" ", parts);
    }

    private static void add(List<String> parts, String name, String value) {
        if (!value.isEmpty()) {
            parts.add(name + "=" + value);
        }
    }

    private static BudgetRule rule(String text) {
        List<String> parts = List.of(text.strip().split("\\s+", -1));
        String rate = parts.getFirst();
        int slash = rate.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("a rule is COUNT/TIME, as in 60/60s");
        }
        BudgetRule rule = new BudgetRule(
                Values.count(rate.substring(0, slash), 1, BudgetRule.MAX_LIMIT),
                Values.duration(rate.substring(slash + 1)));
        for (String part : parts.subList(1, parts.size())) {
            rule = with(rule, part);
        }
        return rule;
    }

    private static BudgetRule with(BudgetRule rule, String part) {
        int equals = part.indexOf('=');
        String value = part.substring(equals + 1);
        return switch (equals < 0 ? part : part.substring(0, equals)) {
            case "counts" -> new BudgetRule(rule.max(), rule.per(), counts(value), rule.algorithm(), rule.scope());
            case "algorithm" -> new BudgetRule(rule.max(), rule.per(), rule.counts(), algorithm(value), rule.scope());
            case "scope" -> new BudgetRule(rule.max(), rule.per(), rule.counts(), rule.algorithm(), value);
            default ->
                throw new IllegalArgumentException(
                        "\"" + part + "\" is no part of a rule; there are counts=, algorithm= and scope=");
        };
    }

    private static Counts counts(String word) {
        return word.equals(CONNECTIONS)
                ? Counts.CONNECTS
                : one("counts", word, List.of(Counts.SUBSCRIBES, Counts.BOTH), CONNECTIONS + ", ");
    }

    private static Algorithm algorithm(String word) {
        return one("algorithm", word, Arrays.asList(Algorithm.values()), "");
    }

    private static <E extends Enum<E>> E one(String name, String word, List<E> known, String also) {
        return known.stream()
                .filter(each -> word(each).equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(name + " \"" + word + "\" is unknown; there are " + also
                        + known.stream().map(RuleSyntax::word).collect(Collectors.joining(", "))));
    }

    private static String show(BudgetRule rule) {
        return text(
                String.valueOf(rule.max()),
                Values.show(rule.per()),
                rule.counts() == Counts.CONNECTS ? "" : word(rule.counts()),
                rule.algorithm() == Algorithm.INTERVAL_LOG ? "" : word(rule.algorithm()),
                rule.scope().equals(BudgetRule.TOKEN) ? "" : rule.scope());
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
