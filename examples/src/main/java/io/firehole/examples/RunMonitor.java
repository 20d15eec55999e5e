package io.firehole.examples;

import io.firehole.examples.client.ExampleMonitor;
import io.firehole.examples.client.MonitorClient;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs one of the seven monitors as a program. */
@Command(
        name = "monitor",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Runs one of the seven example monitors against a Yellowstone endpoint: a provider's or Firehole's.",
        footer = {"", "Example:", "  monitor pumpfun-price-monitor --endpoint http://127.0.0.1:10000"})
public final class RunMonitor implements Callable<Integer> {

    @Parameters(
            paramLabel = "ID",
            description = "Which monitor: ${COMPLETION-CANDIDATES}",
            completionCandidates = Ids.class)
    private String id = "";

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            defaultValue = "${env:GRPC_URL:-http://127.0.0.1:10000}",
            description = "http://HOST:PORT or https://HOST:PORT (default: GRPC_URL, else http://127.0.0.1:10000). "
                    + "The token is read from X_TOKEN.")
    private URI endpoint = URI.create("http://127.0.0.1:10000");

    /** The program; exit code 2 for a usage error. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new RunMonitor()).execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        ExampleMonitor monitor = Monitors.named(id).orElse(null);
        if (monitor == null) {
            System.err.println("no monitor is called " + id + "; there are "
                    + Monitors.all().stream().map(ExampleMonitor::id).collect(Collectors.joining(", ")));
            return CommandLine.ExitCode.USAGE;
        }
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Optional<String> token = Optional.ofNullable(System.getenv("X_TOKEN")).filter(value -> !value.isBlank());
        System.err.println(monitor.id() + ": " + monitor.purpose());
        try (var client = new MonitorClient(monitor, endpoint, token, out::println, update -> {})) {
            Runtime.getRuntime().addShutdownHook(new Thread(client::stop));
            client.start();
            client.awaitStopped();
        } catch (IllegalArgumentException badEndpoint) {
            System.err.println("--endpoint: " + badEndpoint.getMessage());
            return CommandLine.ExitCode.USAGE;
        }
        return CommandLine.ExitCode.OK;
    }

    /** The ids, for the help text. */
    static final class Ids implements Iterable<String> {
        @Override
        public java.util.Iterator<String> iterator() {
            return Monitors.all().stream().map(ExampleMonitor::id).iterator();
        }
    }
}
