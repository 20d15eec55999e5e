package io.firehole.examples.library;

import io.firehole.examples.Monitors;
import io.firehole.examples.client.ExampleMonitor;
import io.firehole.pool.PoolStatusLog;
import io.firehole.pool.time.Timers;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Runs monitors inside one program, on one pool, straight to the provider. */
@Command(
        name = "monitors-on-library",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Runs example monitors on the library: one program, one pool, no gateway.",
        footer = {"", "Example:", "  monitors-on-library graduation-monitor --endpoint http://127.0.0.1:10100"})
public final class RunOnLibrary implements Callable<Integer> {

    @Parameters(paramLabel = "ID", arity = "1..*", description = "Which monitors, such as graduation-monitor")
    private List<String> ids = List.of();

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            defaultValue = "${env:GRPC_URL:-http://127.0.0.1:10100}",
            description =
                    "The provider (default: GRPC_URL, else http://127.0.0.1:10100). The token is read from X_TOKEN.")
    private String endpoint = "";

    @Option(
            names = "--state",
            paramLabel = "DIR",
            defaultValue = "${env:FIREHOLE_STATE:-${sys:user.home}/.local/state/firehole}",
            description =
                    "Where connections made are remembered (default: FIREHOLE_STATE, else ~/.local/state/firehole).")
    private Path state = Path.of("");

    /** The program; exit code 2 for a usage error. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new RunOnLibrary()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<ExampleMonitor> chosen = new ArrayList<>();
        for (String id : ids) {
            Optional<ExampleMonitor> monitor = Monitors.named(id);
            if (monitor.isEmpty()) {
                System.err.println("no monitor is called " + id + "; there are "
                        + Monitors.all().stream().map(ExampleMonitor::id).collect(Collectors.joining(", ")));
                return CommandLine.ExitCode.USAGE;
            }
            chosen.add(monitor.get());
        }
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Optional<String> token = Optional.ofNullable(System.getenv("X_TOKEN")).filter(value -> !value.isBlank());
        try (OwnPool own = OwnPool.start(endpoint, token, state)) {
            PoolStatusLog status = PoolStatusLog.start(own.pool(), Timers.onVirtualThreads());
            List<LibraryMonitor> running = chosen.stream()
                    .map(monitor -> new LibraryMonitor(own.pool(), monitor, out::println))
                    .toList();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> running.forEach(LibraryMonitor::stop)));
            running.forEach(LibraryMonitor::start);
            for (LibraryMonitor monitor : running) {
                monitor.awaitStopped();
            }
            status.close();
        }
        return CommandLine.ExitCode.OK;
    }
}
