package io.firehole.cli.demo;

import static io.firehole.cli.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.cli.config.ConfigReader;
import io.firehole.cli.config.Values;
import io.firehole.cli.serve.Daemon;
import io.firehole.pool.Filling;
import io.firehole.pool.Gap;
import io.firehole.pool.PoolStats;
import io.firehole.simulator.Simulator;
import io.firehole.simulator.SimulatorConfig;
import io.firehole.simulator.faults.Fault;
import io.firehole.simulator.faults.FaultKind;
import io.firehole.simulator.rpc.RpcServer;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A provider that is away for longer than it can replay, and a node beside it that still has the blocks: from the simulator through
 * pool and gateway to clients.
 */
@Tag("alone")
@Timeout(150)
class FilledGapsTest {

    private static final Logger log = LoggerFactory.getLogger(FilledGapsTest.class);

    private static final String PUMP_FUN = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P";
    private static final String JUPITER = "JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4";
    private static final String TOKEN_PROGRAM = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
    private static final String MIXED = "mixed";

    private static final int REPLAY_SLOTS = 8;
    private static final int SLOTS_MAX = 5;

    /** It breaks a second time while blocks are fetched. */
    private static final long FETCHED_BEFORE_IT_BREAKS_AGAIN = 8;

    private static final Duration AWAY = Duration.ofSeconds(10);

    @TempDir
    private Path folder;

    private final List<House> houses = new ArrayList<>();

    /** One Firehole, its clients, and what came of it. */
    private record House(Daemon daemon, ManagedChannel channel, List<RawReader> readers) implements AutoCloseable {

        static House start(Simulator provider, Map<String, String> environment) throws Exception {
            Daemon daemon = Daemon.start(ConfigReader.read(Map.of(), environment, null));
            ManagedChannel channel = NettyChannelBuilder.forAddress(daemon.gatewayAddress())
                    .usePlaintext()
                    .build();
            List<RawReader> readers = new ArrayList<>();
            for (CommitmentLevel level : List.of(CommitmentLevel.PROCESSED, CommitmentLevel.CONFIRMED)) {
                String name = level.name().toLowerCase(Locale.ROOT);
                readers.add(new RawReader(
                        provider,
                        channel,
                        name,
                        transactions(name, PUMP_FUN, level).build()));
            }
            readers.add(new RawReader(
                    provider,
                    channel,
                    MIXED,
                    transactions(MIXED, JUPITER, CommitmentLevel.CONFIRMED)
                            .putAccounts(
                                    MIXED,
                                    SubscribeRequestFilterAccounts.newBuilder()
                                            .addOwner(TOKEN_PROGRAM)
                                            .build())
                            .build()));
            return new House(daemon, channel, readers);
        }

        boolean isBeyond(long slot) {
            return readers.stream().allMatch(reader -> reader.newest.get() > slot);
        }

        PoolStats stats() {
            return daemon.stats();
        }

        List<Gap> gaps(RawReader reader) {
            return stats().gaps().stream()
                    .filter(gap -> gap.monitor().equals(reader.id()))
                    .toList();
        }

        @Override
        public void close() {
            channel.shutdownNow();
            daemon.close();
        }
    }

    @Test
    void whoWantsTransactionsGetsThemAllOnceInOrderAndTheGapSaysThatItIsFilled() throws Exception {
        try (Simulator provider = Simulator.start(SimulatorConfig.builder()
                .onFreePorts()
                .rpc(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .replaySlots(REPLAY_SLOTS)
                .skipEvery(0)
                .build())) {
            House filled = start(provider, Map.of("FIREHOLE_GAPS_FILL_URL_FILE", url(provider)));
            House inPart = start(
                    provider,
                    Map.of(
                            "FIREHOLE_GAPS_FILL_URL_FILE",
                            url(provider),
                            "FIREHOLE_GAPS_FILL_MAX_SLOTS",
                            String.valueOf(SLOTS_MAX)));
            House without = start(provider, Map.of());
            outage(provider);
            checkFilled(filled);
            checkFilledInPart(inPart);
            checkNotFilled(without);
            assertThat(node(provider).asked())
                    .isGreaterThanOrEqualTo(filled.stats().filling().slotsFilled()
                            + inPart.stats().filling().slotsFilled());
        } finally {
            houses.forEach(House::close);
        }
    }

    private House start(Simulator provider, Map<String, String> settings) throws Exception {
        Map<String, String> environment = new HashMap<>(environment(provider));
        environment.putAll(settings);
        House house = House.start(provider, environment);
        houses.add(house);
        return house;
    }

    private String url(Simulator provider) throws IOException {
        Path url = folder.resolve("url");
        Files.writeString(url, "http://127.0.0.1:" + node(provider).address().getPort() + "/?api-key=not-to-be-told\n");
        return url.toString();
    }

    private void outage(Simulator provider) {
        long before = provider.chain().knownTo(CommitmentLevel.PROCESSED) + 5;
        await("all are served, and some slots pass", () -> houses.stream().allMatch(house -> house.isBeyond(before)));
        provider.faults().inject(Fault.of(FaultKind.REFUSE).lasting(AWAY));
        provider.faults().inject(Fault.of(FaultKind.RESET));
        long broken = provider.chain().knownTo(CommitmentLevel.PROCESSED);
        await("blocks are fetched", () -> node(provider).asked() >= FETCHED_BEFORE_IT_BREAKS_AGAIN);
        provider.faults().inject(Fault.of(FaultKind.RESET));
        // What is filled ends where the provider's replay begins: who is nearer to the newest slot has got it all.
        await(
                "all are back",
                () -> houses.stream()
                        .allMatch(house -> house.isBeyond(broken + REPLAY_SLOTS)
                                && house.isBeyond(
                                        provider.chain().knownTo(CommitmentLevel.CONFIRMED) - REPLAY_SLOTS / 2)));
        long to = provider.chain().knownTo(CommitmentLevel.PROCESSED);
        await(
                "what is under way has arrived: " + to,
                () -> houses.stream()
                        .allMatch(house -> house.isBeyond(to + 2)
                                && house.readers().stream()
                                        .allMatch(reader -> reader.expectation().finalTo() >= to)));
        for (House house : houses) {
            for (RawReader reader : house.readers()) {
                reader.recorder().check(to);
                Verdict verdict = reader.recorder().verdict();
                log.info("{}: {}, {}", reader.id(), verdict, house.gaps(reader));
                assertThat(reader.isOpen())
                        .as("%s: %s", reader.id(), reader.end())
                        .isTrue();
                assertThat(verdict.duplicated() + verdict.misrouted())
                        .as("%s: %s", reader.id(), verdict)
                        .isZero();
                assertThat(reader.outOfOrder).as(reader.id()).hasValue(0);
            }
        }
    }

    private static void checkFilled(House house) {
        for (RawReader reader : house.readers()) {
            boolean mixed = reader.id().equals(MIXED);
            Verdict verdict = reader.recorder().verdict();
            assertThat(house.gaps(reader)).as(reader.id()).isNotEmpty().allSatisfy(gap -> {
                assertThat(gap.cause()).isEqualTo(Gap.Cause.REPLAY_TOO_FAR);
                Filling filling = gap.filling().orElseThrow();
                assertThat(filling.slotsFilled()).as("%s", gap).isEqualTo(gap.slots());
                assertThat(filling.slotsFailed() + filling.slotsNotAsked()).isZero();
                assertThat(filling.kindsMissing()).isEqualTo(mixed ? List.of("accounts") : List.of());
                assertThat(gap.isFilled()).as("%s", gap).isEqualTo(!mixed);
            });
            assertThat(verdict.lost() > 0).as("%s: %s", reader.id(), verdict).isEqualTo(mixed);
        }
        PoolStats.FillingStats filling = house.stats().filling();
        assertThat(filling.slotsFailed() + filling.slotsNotAsked()).isZero();
        assertThat(filling.transactions()).isPositive();
    }

    private static void checkFilledInPart(House house) {
        for (RawReader reader : house.readers()) {
            assertThat(house.gaps(reader)).as(reader.id()).isNotEmpty().allSatisfy(gap -> {
                Filling filling = gap.filling().orElseThrow();
                assertThat(filling.slotsFilled()).as("%s", gap).isBetween(0L, (long) SLOTS_MAX);
                assertThat(filling.slotsFilled() + filling.slotsNotAsked())
                        .as("%s", gap)
                        .isEqualTo(gap.slots());
            });
            assertThat(house.gaps(reader)).as(reader.id()).anyMatch(gap -> !gap.isFilled());
            assertThat(reader.recorder().verdict().lost()).as(reader.id()).isPositive();
        }
        assertThat(house.stats().filling().slotsNotAsked()).isPositive();
    }

    private static void checkNotFilled(House house) {
        for (RawReader reader : house.readers()) {
            assertThat(house.gaps(reader))
                    .as(reader.id())
                    .isNotEmpty()
                    .allSatisfy(gap -> assertThat(gap.filling()).isEmpty());
            assertThat(reader.recorder().verdict().lost()).as(reader.id()).isPositive();
        }
        assertThat(house.stats().filling().fillings()).isZero();
    }

    private static RpcServer node(Simulator provider) {
        return Objects.requireNonNull(provider.rpc());
    }

    private static SubscribeRequest.Builder transactions(String name, String account, CommitmentLevel level) {
        return SubscribeRequest.newBuilder()
                .setCommitment(level)
                .putTransactions(
                        name,
                        SubscribeRequestFilterTransactions.newBuilder()
                                .setVote(false)
                                .addAccountInclude(account)
                                .build());
    }

    private Map<String, String> environment(Simulator provider) {
        return Map.of(
                "GRPC_URL",
                "http://" + Values.show(provider.address()),
                "FIREHOLE_GATEWAY_LISTEN",
                "127.0.0.1:0",
                "FIREHOLE_CONSOLE_LISTEN",
                "off",
                "FIREHOLE_HISTORY_STORE",
                "none",
                "FIREHOLE_STATE",
                folder.resolve("state" + houses.size()).toString(),
                "FIREHOLE_GAPS_FILL_REQUESTS_PER_SECOND",
                "60");
    }
}
