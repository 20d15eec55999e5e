package io.firehole.cli;

import io.firehole.cli.config.ConfigReader;
import io.firehole.cli.config.ConfigReader.FlagValue;
import io.firehole.cli.config.FireholeConfig;
import io.firehole.cli.config.InvalidConfigurationException;
import io.firehole.cli.config.Values;
import io.firehole.cli.serve.ConsoleNotListeningException;
import io.firehole.cli.serve.Daemon;
import io.firehole.cli.serve.NoLedgerException;
import io.firehole.gateway.Gateway;
import io.firehole.pool.PoolStatusLog;
import io.firehole.pool.time.Timers;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the gateway until it is told to stop. */
@Command(
        name = "serve",
        header = "Serve monitors: a gateway that speaks Yellowstone, before one provider.",
        description = {
            "",
            "Takes the provider's URL from GRPC_URL and its token from X_TOKEN, or both and more from a file."
                    + " Prints one line beginning with \"ready\" to stdout as soon as monitors can connect, and to stderr"
                    + " every 10 s how the pool stands.",
            "",
            "Ctrl-C, SIGTERM or firehole drain ends it in good order: nothing new is taken, and monitors are sent away one after"
                    + " the other over gateway.drain. A second signal ends it at once.",
            ""
        },
        footer = {
            "",
            "Example: GRPC_URL=https://my.provider:443 X_TOKEN=... firehole serve",
            "Example: firehole serve --config firehole.yaml"
        })
final class ServeCommand implements Callable<Integer> {

    /** Beyond the time for monitors: for the rest, and for what goes wrong. */
    private static final Duration CLEANUP = Duration.ofMillis(4_500);

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls call
    private CommandSpec spec;

    @Option(names = "--config", paramLabel = "FILE", description = "A YAML file; see docs/configuration.md.")
    private @Nullable Path file;

    @Option(names = "--endpoint", paramLabel = "URL", description = "The provider; overrules GRPC_URL and the file.")
    private @Nullable String endpoint;

    @Option(
            names = "--gateway",
            paramLabel = "HOST:PORT",
            description = "Where monitors connect; port 0 takes a free one. Overrules gateway.listen.")
    private @Nullable String gateway;

    @Option(
            names = "--console",
            paramLabel = "HOST:PORT",
            description =
                    "Where the console listens; port 0 takes a free one, off means none. Overrules console.listen.")
    private @Nullable String console;

    @Override
    public Integer call() throws InterruptedException {
        FireholeConfig config = read();
        PrintWriter err = spec.commandLine().getErr();
        config.warnings().forEach(warning -> err.println("firehole: warning: " + warning));
        err.flush();
        Termination.heeded(config.gatewayDrain().plus(CLEANUP));
        try (Daemon daemon = Daemon.start(config)) {
            PrintWriter out = spec.commandLine().getOut();
            out.printf(
                    "ready: gateway %s, provider %s, console %s, started in %s%n",
                    Values.show(daemon.gatewayAddress()),
                    config.upstream().authority(),
                    daemon.consoleAddress().map(Values::show).orElse("off"),
                    sinceStart());
            out.flush();
            PoolStatusLog status = PoolStatusLog.start(daemon::stats, Timers.onVirtualThreads(), lines -> {
                lines.forEach(err::println);
                err.flush();
            });
            var unused = daemon.whenDraining().thenRun(Termination::wish);
            Termination.await();
            Termination.onHurry(daemon::hurry);
            CompletableFuture<Void> drained = daemon.drain();
            err.println("firehole: stopping" + farewell(daemon.draining()));
            err.flush();
            drained.join();
            status.close();
            return ExitCode.GOOD;
        } catch (NoLedgerException noLedger) {
            throw new CommandFailure(ExitCode.USAGE, "state: " + noLedger.getMessage(), noLedger);
        } catch (ConsoleNotListeningException taken) {
            String flag = console == null ? "console.listen" : "--console";
            throw new CommandFailure(ExitCode.USAGE, flag + ": " + taken.getMessage(), taken);
        } catch (IOException notListening) {
            throw new CommandFailure(ExitCode.USAGE, listenFlag() + ": " + notListening.getMessage(), notListening);
        } catch (IllegalArgumentException wrongTokens) {
            throw new CommandFailure(ExitCode.USAGE, "gateway.tokens-file: " + wrongTokens.getMessage(), wrongTokens);
        }
    }

    private static String farewell(Gateway.Draining draining) {
        int streams = draining.streams();
        return streams == 0
                ? ""
                : ": " + streams + (streams == 1 ? " stream is" : " streams are") + " sent away over "
                        + Values.show(
                                draining.left().truncatedTo(ChronoUnit.SECONDS).plusSeconds(1))
                        + "; a second signal ends it at once";
    }

    private FireholeConfig read() {
        Map<String, FlagValue> flags = new HashMap<>();
        if (endpoint != null) {
            flags.put("upstream.endpoint", new FlagValue("--endpoint", endpoint));
        }
        if (gateway != null) {
            flags.put("gateway.listen", new FlagValue("--gateway", gateway));
        }
        if (console != null) {
            flags.put("console.listen", new FlagValue("--console", console));
        }
        try {
            return ConfigReader.read(flags, System.getenv(), file);
        } catch (InvalidConfigurationException invalid) {
            throw new CommandFailure(ExitCode.USAGE, String.join("\n", invalid.problems()), invalid);
        }
    }

    private String listenFlag() {
        return gateway == null ? "gateway.listen" : "--gateway";
    }

    /** How long the JVM has run. (A process's own start is known to the second only, on Linux.) */
    private static String sinceStart() {
        return String.format(
                Locale.ROOT, "%.2f s", ManagementFactory.getRuntimeMXBean().getUptime() / 1000.0);
    }
}
