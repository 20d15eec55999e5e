package io.firehole.cli;

import static io.firehole.cli.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.firehole.cli.PlainClient.PlainStream;
import io.firehole.cli.serve.Daemon;
import io.firehole.console.ConsoleConfig;
import io.firehole.gateway.GatewayConfig;
import io.firehole.pool.PoolConfig;
import io.firehole.pool.PoolStats;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.transport.grpc.GrpcEndpoint;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A provider that is away for a while: it takes no connection, and those there were are reset. It keeps 150 slots, which is a minute,
 * and skips none.
 * Clients of the gateway lose nothing of shorter outages, and of a longer one just what a single gap says.
 *
 * <p>Three houses at once, each with a provider in a process of its own, so that the time passes once.
 */
@Tag("alone")
@Timeout(400)
class OutagesTest {

    private static final Logger log = LoggerFactory.getLogger(OutagesTest.class);

    private static final boolean CI = "true".equals(System.getenv("CI"));

    /** How long each provider is away, one time after the other. */
    private static final List<List<Integer>> SECONDS =
            CI ? List.of(List.of(1, 10, 30), List.of(55), List.of(120)) : List.of(List.of(1, 10));

    /** What a provider with 150 slots cannot replay any more. */
    private static final int TOO_LONG_SECONDS = 60;

    /** Between two outages. */
    private static final Duration REST = Duration.ofSeconds(6);

    private static final int MARGIN = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String JUPITER = "JUP6LkbZbjS1jKKwapdHNy74zcZ3tLUZoi5QNyVTaV4";
    private static final String PUMP_FUN = "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P";

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    private Path folder;

    @Test
    void whatTheProviderCanReplayIsNotLostAndWhatItCannotIsOneExactGap() throws Exception {
        try (Programs programs = new Programs(folder);
                ExecutorService houses = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Void>> all = new ArrayList<>();
            for (List<Integer> seconds : SECONDS) {
                ProviderProcess provider =
                        ProviderProcess.start(programs, "--replay-slots", "150", "--skip-every", "0");
                all.add(() -> {
                    new House(provider).standsOutages(seconds);
                    return null;
                });
            }
            for (Future<Void> house : houses.invokeAll(all)) {
                house.get();
            }
        }
    }

    /** A monitor and the slots of which it got the end. */
    private record Client(CheckedMonitor checked, NavigableSet<Long> seals, PlainStream stream) {

        @Override
        public String toString() {
            return checked.toString();
        }

        CommitmentLevel level() {
            return checked.request().getCommitment();
        }
    }

    /** A provider, Firehole, and its clients. */
    private final class House {

        private final ProviderProcess provider;
        private final List<Client> clients = new ArrayList<>();

        House(ProviderProcess provider) {
            this.provider = provider;
        }

        void standsOutages(List<Integer> seconds) throws Exception {
            try (Daemon firehole = Daemon.start(
                            GrpcEndpoint.parse(provider.url()),
                            List.of(BudgetRule.DEFAULT),
                            PoolConfig.DEFAULT,
                            GatewayConfig.DEFAULT.withListen(anyPort()),
                            Optional.of(ConsoleConfig.DEFAULT.withListen(anyPort())),
                            UnaryOperator.identity());
                    PlainClient plain = new PlainClient(firehole.gatewayAddress())) {
                for (CommitmentLevel level :
                        List.of(CommitmentLevel.PROCESSED, CommitmentLevel.CONFIRMED, CommitmentLevel.FINALIZED)) {
                    subscribe(plain, "pump-", level, PUMP_FUN);
                    subscribe(plain, "jupiter-", level, JUPITER);
                }
                await(
                        "all are served",
                        () -> clients.stream().allMatch(one -> one.checked().isServed())
                                && firehole.stats().monitors().stream()
                                        .allMatch(monitor ->
                                                monitor.activeFromSlot().isPresent()));
                for (PoolStats.MonitorStats monitor : firehole.stats().monitors()) {
                    clients.stream()
                            .filter(one -> one.checked().id().equals(monitor.id()))
                            .forEach(one -> one.checked()
                                    .begins(monitor.activeFromSlot().orElseThrow() - 1));
                }
                // At finalized that takes 13 s. What a gap says of earlier slots is nothing that is compared here.
                await(
                        "each has had the first slot that is compared",
                        () -> clients.stream().allMatch(one -> one.checked().hasBegun()));
                for (int away : seconds) {
                    TimeUnit.NANOSECONDS.sleep(REST.toNanos());
                    breakFor(away);
                }
                compareAll();
                check(firehole, seconds.getLast());
            }
        }

        private void subscribe(PlainClient plain, String name, CommitmentLevel level, String account) {
            NavigableSet<Long> seals = new ConcurrentSkipListSet<>();
            SubscribeRequest request = SubscribeRequest.newBuilder()
                    .setCommitment(level)
                    .putTransactions(
                            "t",
                            SubscribeRequestFilterTransactions.newBuilder()
                                    .setVote(false)
                                    .addAccountInclude(account)
                                    .build())
                    .putBlocksMeta("m", SubscribeRequestFilterBlocksMeta.getDefaultInstance())
                    .build();
            CheckedMonitor checked =
                    new CheckedMonitor(name + level.name().toLowerCase(Locale.ROOT), request, seals::add);
            clients.add(new Client(checked, seals, plain.subscribe(checked.id(), request, checked::onUpdate)));
        }

        private void breakFor(int seconds) throws Exception {
            provider.fault("refuse", Duration.ofSeconds(seconds), 0);
            provider.fault("reset", Duration.ZERO, 0);
            List<Long> newest =
                    clients.stream().map(one -> one.checked().newestSeal()).toList();
            TimeUnit.SECONDS.sleep(seconds);
            long over = System.nanoTime();
            await("all are back after " + seconds + " s", () -> {
                for (int i = 0; i < clients.size(); i++) {
                    if (clients.get(i).checked().newestSeal() <= newest.get(i)) {
                        return false;
                    }
                }
                return true;
            });
            log.info(
                    "Away for {} s: all {} were served again {} ms after it",
                    seconds,
                    clients.size(),
                    (System.nanoTime() - over) / 1_000_000);
        }

        /** Everything up to what is newest now, and what is only then known. */
        private void compareAll() throws Exception {
            TimeUnit.NANOSECONDS.sleep(REST.toNanos());
            long to = clients.stream()
                    .mapToLong(one -> one.checked().newestSeal())
                    .min()
                    .orElseThrow();
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (clients.stream().anyMatch(one -> one.checked().checkedTo() < to)) {
                assertThat(System.nanoTime())
                        .as("in time: all goes on beyond slot %s; compared and sealed %s", to, clients)
                        .isLessThan(end);
                for (Client one : clients) {
                    one.checked().check(provider, MARGIN);
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }

        private void check(Daemon firehole, int seconds) throws Exception {
            URI console = URI.create("http://127.0.0.1:"
                    + firehole.consoleAddress().orElseThrow().getPort() + "/api/grpc-pool/");
            JsonNode events = get(console.resolve("events?limit=1000"));
            String metrics = text(console.resolve("/metrics"));
            for (Client one : clients) {
                String id = one.checked().id();
                JsonNode told = get(console.resolve("gaps?monitor=" + id)).get("data");
                assertThat(gapsCounted(metrics, id))
                        .as("the metric of %s", id)
                        .isEqualTo(told.get("total").asInt());
                assertThat(one.checked().faults()).as(id).isEmpty();
                assertThat(one.checked().differing()).as(id).isEmpty();
                assertThat(one.stream().ended()).as("its stream").isNotDone();
                if (isTooLong(one, seconds)) {
                    assertThat(told.get("total").asInt()).as("%s: %s", id, told).isEqualTo(1);
                    checkExact(one, told.get("gaps").get(0));
                    assertThat(events.findValues("text").stream()
                                    .map(JsonNode::asText)
                                    .filter(text -> text.startsWith("Missing: ")))
                            .as("events")
                            .hasSize((int) clients.stream()
                                    .filter(each -> isTooLong(each, seconds))
                                    .count());
                } else {
                    assertThat(one.checked().lacking())
                            .as("%s: gaps %s", id, told)
                            .isEmpty();
                    assertThat(told.get("total").asInt()).as("%s: %s", id, told).isZero();
                }
            }
        }

        /** What is not yet finalized when the provider goes away is 32 slots behind, and so earlier out of reach. */
        private boolean isTooLong(Client one, int seconds) {
            int behind = one.level() == CommitmentLevel.FINALIZED ? 13 : 0;
            return seconds + behind > TOO_LONG_SECONDS;
        }

        /** It speaks of the slots that lack something and of no other one that had a block. */
        private void checkExact(Client one, JsonNode gap) throws Exception {
            log.info("{}: {}", one.checked().id(), gap);
            long first = gap.get("firstSlot").asLong();
            long last = gap.get("lastSlot").asLong();
            assertThat(gap.get("cause").asText()).isEqualTo("replay-too-far");
            NavigableSet<Long> lacking = one.checked().lacking().navigableKeySet();
            assertThat(lacking).isNotEmpty();
            assertThat(lacking.first()).as("%s", gap).isGreaterThanOrEqualTo(first);
            assertThat(lacking.last()).as("%s", gap).isLessThanOrEqualTo(last);
            assertThat(blocks(one, first, lacking.first() - 1))
                    .as("before %s: %s", lacking.first(), gap)
                    .isZero();
            assertThat(blocks(one, lacking.last() + 1, last))
                    .as("after %s: %s", lacking.last(), gap)
                    .isZero();
            assertThat(one.seals().subSet(first, true, last, true))
                    .as("%s", gap)
                    .isEmpty();
        }

        private int blocks(Client one, long from, long to) throws Exception {
            return from > to
                    ? 0
                    : provider.truth(one.checked().request(), one.level(), from, to, false)
                            .orElseThrow()
                            .get("blocks_meta")
                            .get("m")
                            .get("count")
                            .asInt();
        }
    }

    private JsonNode get(URI uri) throws Exception {
        return json.readTree(text(uri));
    }

    /** Over all causes. */
    private static double gapsCounted(String metrics, String monitor) {
        return metrics.lines()
                .filter(line -> line.startsWith("firehole_gaps_total{") && line.contains("monitor=\"" + monitor + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private String text(URI uri) throws Exception {
        HttpResponse<String> answer =
                http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
}
