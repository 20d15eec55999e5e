package io.firehole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.cli.Programs.Program;
import io.firehole.examples.Monitors;
import io.firehole.examples.client.ExampleMonitor;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What it costs to be watched: three processes serve the same monitors from the same provider at the same time. Of two nothing is
 * kept or shown, so that they differ by noise alone; of the third a history is kept, Prometheus scrapes it, and dashboards are
 * open. What is compared is the processor time of each for an update.
 */
@Timeout(300)
@Tag("alone")
class ObservingCostTest {

    private static final boolean CI = "true".equals(System.getenv("CI"));
    private static final int ROUNDS = CI ? 5 : 3;

    /** Prometheus asks once in each. */
    private static final Duration ROUND = Duration.ofSeconds(CI ? 15 : 2);

    /** Until the compilers have done most of their work. */
    private static final Duration WARMUP = Duration.ofSeconds(CI ? 30 : 4);

    /** How much faster than the chain: what it costs to be watched is the same for many updates as for few. */
    private static final String SPEED = System.getProperty("firehole.speed", "4");

    private static final int DASHBOARDS = 20;
    private static final int MONITORS = 20;
    private static final Pattern READY = Pattern.compile("ready: gateway ([^,]+), .*console ([^,]+), .*");

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    private Path folder;

    /** One that serves, and what its monitors have received. */
    private record Served(Program program, InetSocketAddress gateway, String console, LongAdder updates) {

        Reading read() {
            return new Reading(program.process().info().totalCpuDuration().orElse(Duration.ZERO), updates.sum());
        }
    }

    /** Processor time and updates so far. */
    private record Reading(Duration processor, long updates) {

        /** Nanoseconds for each update since. */
        double costSince(Reading before) {
            return (double) processor.minus(before.processor).toNanos() / (updates - before.updates);
        }
    }

    @Test
    void whoIsWatchedServesEverybodyAllTheSame() throws Exception {
        try (Programs programs = new Programs(folder)) {
            ProviderProcess provider = ProviderProcess.start(programs, "--speed", SPEED);
            List<Served> all = new ArrayList<>();
            for (String name : List.of("one", "other")) {
                all.add(serve(programs, provider, name, "none", "off"));
            }
            Served watched = serve(programs, provider, "watched", "embedded", "127.0.0.1:0");
            all.add(watched);
            List<PlainClient> clients = new ArrayList<>();
            List<Dashboard> dashboards = new ArrayList<>();
            try {
                for (Served served : all) {
                    clients.add(subscribe(served));
                }
                for (int i = 0; i < DASHBOARDS; i++) {
                    dashboards.add(open(watched));
                }
                TimeUnit.NANOSECONDS.sleep(WARMUP.toNanos());
                double[] noise = new double[ROUNDS];
                double[] ratio = new double[ROUNDS];
                double[] more = new double[ROUNDS];
                long updatesBefore = watched.updates().sum();
                for (int round = 0; round < ROUNDS; round++) {
                    List<Reading> before = all.stream().map(Served::read).toList();
                    scrape(watched);
                    TimeUnit.NANOSECONDS.sleep(ROUND.toNanos());
                    List<Reading> after = all.stream().map(Served::read).toList();
                    double[] cost = IntStream.range(0, all.size())
                            .mapToDouble(i -> after.get(i).costSince(before.get(i)))
                            .toArray();
                    noise[round] = cost[1] / cost[0];
                    double unwatched = (cost[0] + cost[1]) / 2;
                    ratio[round] = cost[2] / unwatched;
                    more[round] = (cost[2] - unwatched)
                            * (after.getLast().updates() - before.getLast().updates())
                            / ROUND.toNanos()
                            * 100;
                }
                System.out.printf(
                        Locale.ROOT,
                        "observing: processor time for an update, watched by %d dashboards with a history, of one that is not: %s;"
                                + " of two that are not: %s; more by %s %% of a core; %d rounds of %d s, %,d updates a second%n",
                        DASHBOARDS,
                        told(ratio),
                        told(noise),
                        told(more),
                        ROUNDS,
                        ROUND.toSeconds(),
                        (watched.updates().sum() - updatesBefore) / (ROUNDS * ROUND.toSeconds()));
                assertThat(watched.updates().sum())
                        .as("what came through the one that is watched, beside one that is not")
                        .isBetween(
                                all.getFirst().updates().sum() * 9 / 10,
                                all.getFirst().updates().sum() * 11 / 10);
                assertThat(dashboards)
                        .allSatisfy(dashboard -> assertThat(dashboard.frames.sum())
                                .as("looked at all the time")
                                .isGreaterThan(ROUNDS * ROUND.toSeconds() / 2));
            } finally {
                dashboards.forEach(Dashboard::close);
                clients.forEach(PlainClient::close);
            }
        }
    }

    private static String told(double[] rounds) {
        double[] sorted = rounds.clone();
        Arrays.sort(sorted);
        return String.format(
                Locale.ROOT,
                "median %.3f (%.3f to %.3f)",
                sorted[sorted.length / 2],
                sorted[0],
                sorted[sorted.length - 1]);
    }

    private Served serve(Programs programs, ProviderProcess provider, String name, String history, String console)
            throws Exception {
        Map<String, String> settings = new HashMap<>();
        settings.put("GRPC_URL", provider.url());
        settings.put("FIREHOLE_STATE", folder.resolve(name).toString());
        settings.put("FIREHOLE_HISTORY_STORE", history);
        settings.put("FIREHOLE_CONSOLE_LISTEN", console);
        // As users run it: the other programs of tests start faster with the first compiler alone.
        settings.put("_JAVA_OPTIONS", "-XX:TieredStopAtLevel=4");
        Program program = programs.start(settings, "serve", "--gateway", "127.0.0.1:0");
        String line = program.firstLine();
        Matcher ready = READY.matcher(line);
        assertThat(ready.matches()).as("%s %s", line, program.words()).isTrue();
        int colon = ready.group(1).lastIndexOf(':');
        return new Served(
                program,
                new InetSocketAddress(
                        ready.group(1).substring(0, colon),
                        Integer.parseInt(ready.group(1).substring(colon + 1))),
                ready.group(2),
                new LongAdder());
    }

    private static PlainClient subscribe(Served served) {
        PlainClient client = new PlainClient(served.gateway());
        for (ExampleMonitor monitor : Monitors.fleet(MONITORS)) {
            client.subscribe(
                    monitor.id(), monitor.request(), update -> served.updates().increment());
        }
        return client;
    }

    private void scrape(Served served) throws Exception {
        URI metrics = URI.create("http://" + served.console() + "/metrics");
        assertThat(http.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
                        .body())
                .contains("firehole_monitor_updates_total");
    }

    private Dashboard open(Served served) {
        Dashboard dashboard = new Dashboard();
        dashboard.socket = http.newWebSocketBuilder()
                .buildAsync(URI.create("ws://" + served.console() + "/ws?encoding=gzip"), dashboard)
                .join();
        return dashboard;
    }

    /** Reads what a browser would draw. */
    private static final class Dashboard implements WebSocket.Listener, AutoCloseable {

        private final LongAdder frames = new LongAdder();

        private @Nullable WebSocket socket;

        @Override
        public CompletionStage<?> onBinary(WebSocket from, ByteBuffer packed, boolean last) {
            if (last) {
                frames.increment();
            }
            from.request(1);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void close() {
            if (socket != null) {
                socket.abort();
            }
        }
    }
}
