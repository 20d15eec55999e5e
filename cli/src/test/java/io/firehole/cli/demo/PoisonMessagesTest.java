package io.firehole.cli.demo;

import static io.firehole.cli.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.cli.config.ConfigReader;
import io.firehole.cli.config.Values;
import io.firehole.cli.serve.Daemon;
import io.firehole.pool.Gap;
import io.firehole.pool.PoolStats;
import io.firehole.simulator.Simulator;
import io.firehole.simulator.SimulatorConfig;
import io.firehole.simulator.faults.Fault;
import io.firehole.simulator.faults.FaultKind;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterBlocks;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A provider that sends what no provider should, one thing after the other, over real gRPC: from the simulator through the pool and
 * the gateway to clients that take bytes.
 */
@Tag("alone")
@Timeout(120)
class PoisonMessagesTest {

    private static final Logger log = LoggerFactory.getLogger(PoisonMessagesTest.class);

    private static final String PUMP_FUN = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P";
    private static final String JUPITER = "JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4";
    private static final String TOKEN_PROGRAM = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
    private static final int HUGE_BYTES = 64 << 20;
    private static final int SLOTS_BETWEEN = 2;

    private final List<RawReader> readers = new ArrayList<>();

    @Test
    void nobodyLosesMoreThanWhatCannotBeReadAndThatIsAGap(@TempDir Path state) throws Exception {
        try (Simulator provider = Simulator.start(SimulatorConfig.builder()
                        .onFreePorts()
                        .speed(4)
                        .skipEvery(0)
                        .build());
                Daemon daemon = Daemon.start(ConfigReader.read(Map.of(), environment(provider, state), null))) {
            ManagedChannel channel = NettyChannelBuilder.forAddress(daemon.gatewayAddress())
                    .usePlaintext()
                    .maxInboundMessageSize(256 << 20)
                    .build();
            try {
                subscribe(provider, channel);
                await(
                        "all are served",
                        () -> readers.stream()
                                .allMatch(reader -> reader.recorder().active()));

                strike(provider, FaultKind.POISON_FIELDS);
                awaitSum("fields come through", reader -> reader.withUnknownInside.get());
                strike(provider, FaultKind.POISON_UTF8);
                awaitSum("what is no text comes through", reader -> reader.refusedByParser.get());
                strike(provider, FaultKind.POISON_KIND);
                awaitSum("a new kind comes through", reader -> reader.ofUnknownKind.get());
                strike(provider, FaultKind.POISON_NAME);
                strike(provider, FaultKind.POISON_NAMELESS);
                strike(provider, FaultKind.POISON_HUGE);
                awaitSum("64 MiB come through", reader -> reader.largest.get() > HUGE_BYTES ? 1 : 0);
                strike(provider, FaultKind.POISON_FLAG);
                await("the call is broken and opened again", () -> reopened(daemon) >= 1);
                awaitNewest(provider);
                strike(provider, FaultKind.POISON_OVERSIZE);
                await("the call is broken and opened again", () -> reopened(daemon) >= 2);
                awaitNewest(provider);
                strike(provider, FaultKind.POISON_TRUNCATED);
                await("it is counted", () -> daemon.stats().totals().malformed() > 0);
                strike(provider, FaultKind.CLEAR);

                Map<String, Verdict> verdicts = compare(provider);
                check(daemon.stats(), verdicts);
                assertThat(provider.report().connects()).as("connections").hasSizeLessThanOrEqualTo(2);
            } finally {
                channel.shutdownNow();
            }
        }
    }

    private void subscribe(Simulator provider, ManagedChannel channel) {
        Map<String, SubscribeRequest.Builder> requests = new LinkedHashMap<>();
        requests.put("pump", transactions("pump", PUMP_FUN).setCommitment(CommitmentLevel.CONFIRMED));
        requests.put("jupiter", transactions("jupiter", JUPITER).setCommitment(CommitmentLevel.CONFIRMED));
        requests.put("early", transactions("early", JUPITER).setCommitment(CommitmentLevel.PROCESSED));
        requests.put(
                "accounts",
                SubscribeRequest.newBuilder()
                        .setCommitment(CommitmentLevel.CONFIRMED)
                        .putAccounts(
                                "accounts",
                                SubscribeRequestFilterAccounts.newBuilder()
                                        .addOwner(TOKEN_PROGRAM)
                                        .build()));
        requests.put(
                "blocks",
                SubscribeRequest.newBuilder()
                        .setCommitment(CommitmentLevel.CONFIRMED)
                        .putBlocks(
                                "blocks",
                                SubscribeRequestFilterBlocks.newBuilder()
                                        .addAccountInclude(PUMP_FUN)
                                        .build()));
        requests.put(
                "metas",
                SubscribeRequest.newBuilder()
                        .setCommitment(CommitmentLevel.CONFIRMED)
                        .putBlocksMeta("metas", SubscribeRequestFilterBlocksMeta.getDefaultInstance())
                        .putSlots("metas", SubscribeRequestFilterSlots.getDefaultInstance()));
        requests.forEach((id, request) -> readers.add(new RawReader(provider, channel, id, request.build())));
    }

    private static SubscribeRequest.Builder transactions(String name, String account) {
        return SubscribeRequest.newBuilder()
                .putTransactions(
                        name,
                        SubscribeRequestFilterTransactions.newBuilder()
                                .setVote(false)
                                .addAccountInclude(account)
                                .build());
    }

    private static void strike(Simulator provider, FaultKind kind) {
        log.info("now {}", kind.text());
        provider.faults().inject(Fault.of(kind));
        letPass(provider);
    }

    private static void letPass(Simulator provider) {
        long until = provider.chain().knownTo(CommitmentLevel.CONFIRMED) + SLOTS_BETWEEN;
        await("slot " + until, () -> provider.chain().knownTo(CommitmentLevel.CONFIRMED) >= until);
    }

    private void awaitSum(String what, ToIntFunction<RawReader> count) {
        await(what, () -> readers.stream().mapToInt(count).sum() > 0);
    }

    /** Waits until everybody is beyond what is newest now, and so nothing is to be replayed any more. */
    private void awaitNewest(Simulator provider) {
        letPass(provider);
        long newest = provider.chain().knownTo(CommitmentLevel.PROCESSED) + SLOTS_BETWEEN;
        await(
                "all have come beyond slot " + newest,
                () -> readers.stream().allMatch(reader -> reader.newest.get() > newest));
    }

    private static long reopened(Daemon daemon) {
        return daemon.stats().streams().stream()
                .mapToLong(PoolStats.StreamStats::reopened)
                .sum();
    }

    private Map<String, Verdict> compare(Simulator provider) {
        letPass(provider);
        long to = provider.chain().knownTo(CommitmentLevel.CONFIRMED);
        await(
                "what is under way has arrived: " + to,
                () -> readers.stream()
                        .allMatch(reader -> !reader.isOpen()
                                || (reader.newest.get() > to
                                        && reader.expectation().finalTo() >= to)));
        Map<String, Verdict> verdicts = new LinkedHashMap<>();
        for (RawReader reader : readers) {
            reader.recorder().check(to);
            verdicts.put(reader.id(), reader.recorder().verdict());
        }
        return verdicts;
    }

    private void check(PoolStats stats, Map<String, Verdict> verdicts) {
        log.info("{}; {}; gaps {}", verdicts, stats.totals(), stats.gaps());
        for (RawReader reader : readers) {
            Verdict verdict = Objects.requireNonNull(verdicts.get(reader.id()));
            List<Gap> gaps = stats.gaps().stream()
                    .filter(gap -> gap.monitor().equals(reader.id()))
                    .toList();
            assertThat(reader.isOpen())
                    .as("%s ended: %s", reader.id(), reader.end())
                    .isTrue();
            assertThat(verdict.checked()).as(reader.id()).isGreaterThan(10);
            assertThat(verdict.duplicated() + verdict.misrouted())
                    .as("%s: %s", reader.id(), verdict)
                    .isZero();
            assertThat(reader.underForeignNames).as(reader.id()).hasValue(0);
            assertThat(gaps)
                    .as(reader.id())
                    .allSatisfy(gap -> assertThat(gap.cause()).isEqualTo(Gap.Cause.UNREADABLE));
            assertThat(gaps).as("%s: %s", reader.id(), verdict).hasSize((int) verdict.lost());
            assertThat(gaps)
                    .allSatisfy(gap -> assertThat(gap.slots()).as("%s", gap).isLessThanOrEqualTo(2));
        }
        assertThat(verdicts)
                .as("who wants no transactions")
                .allSatisfy((id, verdict) -> assertThat(verdict.clean() || id.matches("pump|jupiter|early"))
                        .as("%s: %s", id, verdict)
                        .isTrue());
        assertThat(verdicts.values().stream().mapToLong(Verdict::lost).sum())
                .as("one update, for one filter or for both")
                .isBetween(1L, 2L);
        assertThat(stats.totals().malformed()).isEqualTo(1);
        assertThat(stats.totals().unrouted())
                .as("under a foreign name, and under none")
                .isGreaterThanOrEqualTo(2);
        assertThat(stats.integrity().disagreements()).isZero();
        assertThat(readers.stream()
                        .mapToInt(reader -> reader.withUnknownOutside.get())
                        .sum())
                .as("with a field that nobody knows")
                .isGreaterThanOrEqualTo(2);
        assertThat(stats.memory().usedMost())
                .as("%s", stats.memory())
                .isLessThan(stats.memory().bytesMax());
    }

    private static Map<String, String> environment(Simulator provider, Path state) {
        return Map.of(
                "GRPC_URL",
                "http://" + Values.show(provider.address()),
                "FIREHOLE_GATEWAY_LISTEN",
                "127.0.0.1:0",
                "FIREHOLE_CONSOLE_LISTEN",
                "off",
                "FIREHOLE_STATE",
                state.toString());
    }
}
