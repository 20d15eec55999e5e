package io.firehole.cli.demo;

import io.firehole.cli.config.Values;
import io.firehole.cli.serve.Daemon;
import io.firehole.console.ConsoleConfig;
import io.firehole.examples.Monitors;
import io.firehole.examples.client.ExampleMonitor;
import io.firehole.examples.client.MonitorClient;
import io.firehole.filters.profile.Rate;
import io.firehole.gateway.GatewayConfig;
import io.firehole.pool.StatusBlock;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.simulator.Simulator;
import io.firehole.simulator.SimulatorConfig;
import io.firehole.simulator.control.Report;
import io.firehole.simulator.rules.ProviderRules;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The main job on one machine: seven monitors or more, Firehole, and a provider with recorded data and a limit of 60 new connections
 * in 60 seconds. One thread.
 */
public final class Demo implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Demo.class);

    private static final BudgetRule LIMIT = BudgetRule.DEFAULT;
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final int TICKS_PER_STATUS = 10;

    /** After a slot is complete its last updates may be on their way for so many ticks before anything counts as lost. */
    private static final int TICKS_UNDER_WAY = 3;

    /**
     * While the demo goes on, so many: a connection that has fallen silent is found out after 7 s, and what was missed meanwhile
     * comes then.
     */
    private static final int TICKS_TO_RECOVER = 30;

    /** A subscription that has shown nothing for so long counts as active all the same: what does not come is lost. */
    private static final int TICKS_TO_ACTIVE = 10;

    private final Simulator provider;
    private final Daemon daemon;

    /** Where the history lies. */
    private final Path folder;

    private final Map<String, Watched> monitors = new LinkedHashMap<>();
    private final StatusBlock status = new StatusBlock();

    /** A monitor's client, and who listens beside it. */
    private record Watched(
            MonitorClient client,
            Expectation expectation,
            DeliveryRecorder recorder,
            AtomicReference<String> latest,
            Deque<Long> finalBefore) {}

    private Demo(Simulator provider, Daemon daemon, Path folder) {
        this.provider = provider;
        this.daemon = daemon;
        this.folder = folder;
    }

    /** The history of a demo ends with it. */
    private static void forget(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException remains) {
            log.warn("{} remains: {}", folder, remains.getMessage());
        }
    }

    /**
     * Starts all of it.
     *
     * @throws IOException if an address cannot be had; the message names it
     */
    public static Demo start(DemoSettings settings) throws IOException {
        return start(settings, Files.createTempDirectory("firehole-demo-"));
    }

    /**
     * The same with a folder for its history.
     *
     * @param folder exists; it is deleted in the end, and if nothing is started
     */
    static Demo start(DemoSettings settings, Path folder) throws IOException {
        Simulator provider = null;
        Demo demo = null;
        try {
            provider = Simulator.start(SimulatorConfig.builder()
                    .onFreePorts()
                    .speed(settings.speed())
                    .rules(ProviderRules.open().withConnects(new Rate(LIMIT.max(), LIMIT.per())))
                    .build());
            DemoConfiguration configuration = DemoConfiguration.of(settings, provider.address(), folder);
            Daemon daemon = Daemon.start(
                    configuration.upstream(),
                    configuration.budget(),
                    configuration.pool(),
                    GatewayConfig.DEFAULT.withListen(settings.gateway()),
                    Optional.of(configuration.history()),
                    Optional.of(ConsoleConfig.DEFAULT.withListen(settings.console())),
                    configuration.shown(),
                    settings.seam());
            demo = new Demo(provider, daemon, folder);
            demo.connect(settings.monitors());
            return demo;
        } catch (IOException | RuntimeException notStarted) {
            if (demo != null) {
                demo.close();
            } else {
                if (provider != null) {
                    provider.close();
                }
                forget(folder);
            }
            throw notStarted;
        }
    }

    private void connect(int count) {
        URI gateway = URI.create("http://" + Values.show(daemon.gatewayAddress()));
        for (ExampleMonitor monitor : Monitors.fleet(count)) {
            Expectation expectation = new SimulatedExpectation(provider, monitor.request());
            DeliveryRecorder recorder = new DeliveryRecorder(expectation);
            AtomicReference<String> latest = new AtomicReference<>("");
            MonitorClient client =
                    new MonitorClient(monitor, gateway, Optional.empty(), latest::set, recorder::received);
            monitors.put(monitor.id(), new Watched(client, expectation, recorder, latest, new ArrayDeque<>()));
            client.start();
        }
    }

    /** Where commands may ask how it stands. */
    public String consoleUrl() {
        return "http://" + Values.show(daemon.consoleAddress().orElseThrow());
    }

    /** Where the provider takes orders, faults among them. */
    String controlUrl() {
        return "http://" + Values.show(Objects.requireNonNull(provider.controlAddress()));
    }

    /** What is where, for a person. */
    public List<String> introduction() {
        String control = controlUrl();
        return List.of(
                "A simulated provider (recorded mainnet data, at most " + LIMIT.max() + " new connections in "
                        + Values.show(LIMIT.per()) + ") listens at " + Values.show(provider.address()) + ".",
                "Firehole's gateway listens at " + Values.show(daemon.gatewayAddress()) + "; " + monitors.size()
                        + " monitors are connecting to it, each as a client of its own.",
                "How it stands: open " + consoleUrl() + " in a browser, or: firehole status --console " + consoleUrl(),
                "Break something (what is missed is replayed; what cannot be is a gap that is recorded): curl -s -X POST "
                        + control + "/fault -d '{\"kind\": \"reset\"}'",
                "What the provider saw: curl -s " + control + "/report");
    }

    /**
     * Runs until the time is over or somebody wants an end, and tells from time to time how things stand.
     *
     * @param out takes the lines of a status block
     */
    public DemoResult run(Optional<Duration> time, StopSignal stop, Consumer<String> out) throws InterruptedException {
        long start = System.nanoTime();
        long end = time.map(limit -> start + limit.toNanos()).orElse(Long.MAX_VALUE);
        status.lines(daemon.stats());
        boolean wanted = false;
        for (long tick = 1; !wanted && System.nanoTime() < end; tick++) {
            long left = Math.max(0, Math.min(TICK.toNanos(), end - System.nanoTime()));
            wanted = stop.await(Duration.ofNanos(left));
            for (Map.Entry<String, Watched> entry : monitors.entrySet()) {
                Watched monitor = entry.getValue();
                if (tick == TICKS_TO_ACTIVE && !monitor.recorder().active()) {
                    monitor.recorder().expectFrom(monitor.expectation().begunTo() + 1);
                }
                monitor.finalBefore().add(monitor.expectation().finalTo());
                checkWhatHasArrived(entry.getKey(), monitor, TICKS_TO_RECOVER);
            }
            if (tick % TICKS_PER_STATUS == 0) {
                statusLines().forEach(out);
            }
        }
        monitors.forEach((id, monitor) -> checkWhatHasArrived(id, monitor, TICKS_UNDER_WAY));
        return result();
    }

    /** @param ticks for how long something may have been under way */
    private void checkWhatHasArrived(String id, Watched monitor, int ticks) {
        while (monitor.finalBefore().size() > ticks) {
            monitor.recorder().check(monitor.finalBefore().remove(), daemon.gaps(id));
        }
    }

    private List<String> statusLines() {
        List<String> lines = new ArrayList<>(status.lines(daemon.stats()));
        monitors.forEach((id, monitor) -> {
            if (!monitor.latest().get().isEmpty()) {
                lines.add("  " + id + " says: " + monitor.latest().get());
            }
        });
        return lines;
    }

    /** What was compared until now, and the provider's own count. */
    private DemoResult result() {
        Map<String, Verdict> verdicts = new LinkedHashMap<>();
        long notRecorded = 0;
        for (Map.Entry<String, Watched> entry : monitors.entrySet()) {
            verdicts.put(entry.getKey(), entry.getValue().recorder().verdict());
            notRecorded += entry.getValue().recorder().overflowed();
        }
        Report report = provider.report();
        return new DemoResult(
                report.open(),
                report.connects().size(),
                report.refused(),
                report.worstWindow().count(),
                report.worstWindow().from(),
                LIMIT.max(),
                verdicts,
                notRecorded);
    }

    /** Ends everything, monitors first. */
    @Override
    public void close() {
        monitors.values().forEach(monitor -> monitor.client().close());
        daemon.close();
        provider.close();
        forget(folder);
    }
}
