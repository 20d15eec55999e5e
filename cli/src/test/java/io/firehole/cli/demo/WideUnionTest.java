package io.firehole.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.cli.config.ConfigReader;
import io.firehole.cli.config.Values;
import io.firehole.cli.demo.Subscribers.Subscriber;
import io.firehole.cli.serve.Daemon;
import io.firehole.simulator.Simulator;
import io.firehole.simulator.SimulatorConfig;
import io.firehole.simulator.rules.ProviderRules;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A provider that allows one filter of transactions and one stream. Two monitors fit it exactly. A third one wants six
 * transactions of a slot, but has them found by a program that nearly all transactions call: united with the others' its
 * filter brings hundreds.
 */
@Timeout(240)
class WideUnionTest {

    private static final Logger log = LoggerFactory.getLogger(WideUnionTest.class);

    private static final int SLOTS = 12;
    private static final int WIDENING_MAX = 5;

    private static final String COMPUTE_BUDGET = "ComputeBudget111111111111111111111111111111";
    private static final String MEMO = "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr";
    private static final String WHIRLPOOL = "whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc";

    @Test
    void aUnionThatBringsTooMuchIsGivenUpAndNobodyElseNoticesIt(@TempDir Path state) throws Exception {
        ProviderRules rules = ProviderRules.open().with(Map.of("transactions.max", "1", "streams.per-account", "1"));
        try (Simulator provider = Simulator.start(SimulatorConfig.builder()
                        .onFreePorts()
                        .speed(2)
                        .rules(rules)
                        .build());
                Daemon daemon = Daemon.start(ConfigReader.read(Map.of(), environment(provider, state), null));
                Subscribers monitors = new Subscribers(provider, daemon.gatewayAddress())) {
            monitors.subscribe("pump", "medium", including("6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P"));
            monitors.subscribe("jupiter", "medium", including("JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4"));
            monitors.awaitAllActive();
            Traffic united = traffic(provider, monitors);

            Subscriber third = monitors.subscribe("third", "medium", wide());
            Status end = third.ended();
            assertThat(end.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(end.getDescription())
                    .contains("transactions.max", "limit 5.0 times", "pool.widening-max")
                    .containsPattern("brought \\d{4,} updates for \\d+");
            assertThat(third.isActive()).as("was served until then").isTrue();
            monitors.letPass(SLOTS);

            Traffic without = traffic(provider, monitors);
            log.info(
                    "Sent a slot: {} transactions before the third, {} after it; it was told {}", united, without, end);
            assertThat(without.perSlot())
                    .as("the union is not asked for any more")
                    .isLessThan(2 * united.perSlot());
            Map<String, Verdict> verdicts = monitors.verdicts();
            assertThat(monitors.closed()).containsExactly("third");
            Verdict ended = Objects.requireNonNull(verdicts.remove("third"));
            assertThat(ended.duplicated() + ended.misrouted()).as("%s", ended).isZero();
            assertThat(List.copyOf(verdicts.values()))
                    .allSatisfy(verdict ->
                            assertThat(verdict.clean()).as("%s", verdicts).isTrue());
            assertThat(verdicts)
                    .allSatisfy((id, verdict) ->
                            assertThat(verdict.checked()).as(id).isGreaterThan(SLOTS));
            assertThat(provider.report().refusedBy()).isEmpty();
        }
    }

    /** How many transactions the provider sends in a slot. */
    private record Traffic(long perSlot) {}

    private static Traffic traffic(Simulator provider, Subscribers monitors) {
        long before = transactions(provider);
        monitors.letPass(SLOTS);
        return new Traffic((transactions(provider) - before) / SLOTS);
    }

    private static long transactions(Simulator provider) {
        return provider.report().sent().getOrDefault("transaction", 0L);
    }

    private static Map<String, String> environment(Simulator provider, Path state) {
        return Map.of(
                "GRPC_URL",
                "http://" + Values.show(provider.address()),
                "FIREHOLE_UPSTREAM_LIMITS",
                "transactions.max=1; streams.per-account=1",
                "FIREHOLE_POOL_WIDENING_MAX",
                String.valueOf(WIDENING_MAX),
                "FIREHOLE_GATEWAY_LISTEN",
                "127.0.0.1:0",
                "FIREHOLE_CONSOLE_LISTEN",
                "127.0.0.1:0",
                "FIREHOLE_STATE",
                state.toString());
    }

    private static SubscribeRequest including(String key) {
        return transactions(SubscribeRequestFilterTransactions.newBuilder().addAccountInclude(key));
    }

    private static SubscribeRequest wide() {
        return transactions(SubscribeRequestFilterTransactions.newBuilder()
                .addAccountInclude(COMPUTE_BUDGET)
                .addAccountRequired(MEMO)
                .addAccountRequired(WHIRLPOOL));
    }

    private static SubscribeRequest transactions(SubscribeRequestFilterTransactions.Builder filter) {
        return SubscribeRequest.newBuilder()
                .putTransactions("t", filter.setVote(false).build())
                .build();
    }
}
