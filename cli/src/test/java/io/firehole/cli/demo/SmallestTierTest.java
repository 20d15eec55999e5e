package io.firehole.cli.demo;

import static io.firehole.cli.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.cli.config.ConfigReader;
import io.firehole.cli.config.Values;
import io.firehole.cli.demo.Subscribers.Subscriber;
import io.firehole.cli.serve.Daemon;
import io.firehole.filters.Base58;
import io.firehole.simulator.Simulator;
import io.firehole.simulator.SimulatorConfig;
import io.firehole.simulator.rules.ProviderRules;
import io.firehole.wire.capture.Capture;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.firehole.wire.proto.SubscribeUpdate;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Chainstack's smallest tier, as the simulator plays it: two streams, five filters of a kind and 50 accounts on each. Twelve
 * monitors with a filter of two kinds each are more than two streams hold, unless filters are united.
 */
@Timeout(240)
class SmallestTierTest {

    private static final String TIER = "chainstack-growth";
    private static final int MONITORS = 12;
    private static final int ACCOUNTS_EACH = 4;
    private static final int ACCOUNTS_PER_STREAM = 50;
    private static final int SLOTS = 12;

    /** Programs and mints that many transactions name. */
    private static final List<String> BUSY = List.of(
            "LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo",
            "pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA",
            "whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc",
            "CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK",
            "cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG",
            "CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C",
            "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8",
            "JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4",
            "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
            "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P",
            "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr",
            "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");

    private Simulator provider;
    private Daemon daemon;
    private Subscribers monitors;

    @BeforeEach
    void start(@TempDir Path state) throws Exception {
        provider = Simulator.start(SimulatorConfig.builder()
                .onFreePorts()
                .speed(2)
                .rules(ProviderRules.named(TIER))
                .build());
        daemon = Daemon.start(ConfigReader.read(
                Map.of(),
                Map.of(
                        "GRPC_URL",
                        "http://" + Values.show(provider.address()),
                        "FIREHOLE_UPSTREAM_PROFILE",
                        TIER,
                        "FIREHOLE_GATEWAY_LISTEN",
                        "127.0.0.1:0",
                        "FIREHOLE_CONSOLE_LISTEN",
                        "127.0.0.1:0",
                        "FIREHOLE_STATE",
                        state.toString()),
                null));
        monitors = new Subscribers(provider, daemon.gatewayAddress());
    }

    @AfterEach
    void stop() {
        monitors.close();
        daemon.close();
        provider.close();
    }

    @Test
    void twelveMonitorsThatFitOnlyUnitedGetExactlyTheirOwn() throws Exception {
        twelve();
        monitors.letPass(SLOTS);
        assertServedExactly(monitors.verdicts());
        assertThat(provider.report().streams()).isBetween(1, 2);
        assertThat(provider.report().refusedBy())
                .as("what the provider had to refuse")
                .isEmpty();
    }

    private void twelve() throws IOException {
        List<String> accounts = mostWrittenAccounts(MONITORS * ACCOUNTS_EACH);
        for (int i = 0; i < MONITORS; i++) {
            List<String> own = accounts.subList(i * ACCOUNTS_EACH, (i + 1) * ACCOUNTS_EACH);
            monitors.subscribe(
                    "monitor-" + i,
                    i % 2 == 0 ? "medium" : "low",
                    request(BUSY.get(i), own).build());
        }
        monitors.awaitAllActive();
    }

    @Test
    void whatDoesNotFitIsRefusedWithTheRuleAndNobodyElseNoticesIt() throws Exception {
        twelve();
        List<String> tooMany = mostWrittenAccounts(MONITORS * ACCOUNTS_EACH + ACCOUNTS_PER_STREAM + 1)
                .subList(MONITORS * ACCOUNTS_EACH, MONITORS * ACCOUNTS_EACH + ACCOUNTS_PER_STREAM + 1);
        SubscribeRequest thirteenth = SubscribeRequest.newBuilder()
                .setCommitment(CommitmentLevel.PROCESSED)
                .putAccounts("some", keys(tooMany.subList(0, 26)))
                .putAccounts("others", keys(tooMany.subList(26, 51)))
                .build();
        Status refusal = monitors.subscribe("thirteenth", "low", thirteenth).ended();
        assertThat(refusal.getCode()).isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.INVALID_ARGUMENT);
        assertThat(refusal.getDescription()).contains("streams.account-keys", "50");

        // Another commitment needs another stream: of three levels at most two have one.
        Subscriber confirmed = monitors.subscribe("confirmed", "low", at(CommitmentLevel.CONFIRMED));
        Subscriber finalized = monitors.subscribe("finalized", "low", at(CommitmentLevel.FINALIZED));
        await("one is refused", () -> !confirmed.isOpen() || !finalized.isOpen());
        Status second = confirmed.isOpen() ? finalized.ended() : confirmed.ended();
        assertThat(second.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(second.getDescription()).contains("streams.per-account", "2");

        monitors.letPass(SLOTS);
        Map<String, Verdict> verdicts = monitors.verdicts();
        verdicts.keySet().removeIf(id -> !id.startsWith("monitor-"));
        assertServedExactly(verdicts);
        assertThat(provider.report().refusedBy())
                .as("what the provider had to refuse")
                .isEmpty();
    }

    private static void assertServedExactly(Map<String, Verdict> verdicts) {
        assertThat(verdicts).hasSize(MONITORS).allSatisfy((id, verdict) -> {
            assertThat(verdict.checked()).as(id).isGreaterThanOrEqualTo(SLOTS / 2);
            assertThat(verdict.expected()).as(id).isPositive();
            assertThat(verdict.clean()).as("%s: %s", id, verdict).isTrue();
        });
    }

    private static SubscribeRequest at(CommitmentLevel commitment) {
        return request(BUSY.getFirst(), List.of()).setCommitment(commitment).build();
    }

    private static SubscribeRequest.Builder request(String busy, List<String> accounts) {
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder()
                .setCommitment(CommitmentLevel.PROCESSED)
                .putTransactions(
                        "trades",
                        SubscribeRequestFilterTransactions.newBuilder()
                                .setVote(false)
                                .setFailed(false)
                                .addAccountInclude(busy)
                                .build());
        if (!accounts.isEmpty()) {
            request.putAccounts("own", keys(accounts));
        }
        return request;
    }

    private static SubscribeRequestFilterAccounts keys(List<String> accounts) {
        return SubscribeRequestFilterAccounts.newBuilder()
                .addAllAccount(accounts)
                .build();
    }

    private static List<String> mostWrittenAccounts(int count) throws IOException {
        Map<String, Integer> writes = new HashMap<>();
        Path recording = Path.of(System.getProperty("firehole.root"), "data/mainnet-361774429.capture.gz");
        for (SubscribeUpdate update : Capture.open(recording).updates()) {
            if (update.hasAccount()) {
                byte[] key = update.getAccount().getAccount().getPubkey().toByteArray();
                writes.merge(Base58.encode(key), 1, Integer::sum);
            }
        }
        return writes.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .limit(count)
                .toList();
    }
}
