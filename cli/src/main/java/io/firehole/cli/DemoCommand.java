package io.firehole.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firehole.cli.config.Values;
import io.firehole.cli.demo.Demo;
import io.firehole.cli.demo.DemoResult;
import io.firehole.cli.demo.DemoSettings;
import io.firehole.cli.serve.ConsoleNotListeningException;
import io.firehole.pool.transport.Transport;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows the main job on one machine, and judges it. */
@Command(
        name = "demo",
        header = "See it work: a simulated provider, Firehole, and seven monitors or more.",
        description = {
            "",
            "Needs no provider and no token. Plays recorded mainnet data under a provider's limit of 60 new connections"
                    + " in 60 s, and tells every 10 s how the pool stands. At the end it compares, update by update,"
                    + " what each monitor received with what the provider sent, and ends with 1 if anything was"
                    + " doubled, misrouted, over the limit, or lost with no recorded gap that says so.",
            ""
        },
        footer = {"", "Example: firehole demo --for 20s", "Example: firehole demo --monitors 12 --for 10m"})
final class DemoCommand implements Callable<Integer> {

    private static final int SPEED_MAX = 100;
    private static final int MONITORS_MAX = 500;

    private final UnaryOperator<Transport> seam;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls call
    private CommandSpec spec;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description = "Stop after this time, as in 20s; without it on Ctrl-C.")
    private @Nullable String time;

    @Option(
            names = "--monitors",
            paramLabel = "N",
            defaultValue = "7",
            description = "How many monitors connect: the seven examples first, then monitors of one venue each."
                    + " Default: ${DEFAULT-VALUE}")
    private int monitors;

    @Option(
            names = "--speed",
            paramLabel = "FACTOR",
            defaultValue = "1",
            description = "How many times faster than mainnet slots go by. Default: ${DEFAULT-VALUE}")
    private double speed;

    @Option(
            names = "--json",
            description = "At the end one JSON object to stdout: {monitors, connections, deliveries, lost, duplicated,"
                    + " misrouted, worstWindow: {count, from}, withinGaps}; all else to stderr.")
    private boolean json;

    @Option(
            names = "--gateway",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:10000",
            description = "Where the gateway listens; port 0 takes a free one. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init")
    private String gateway;

    @Option(
            names = "--console",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:3001",
            description = "Where the console listens; port 0 takes a free one. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init")
    private String console;

    /** As users start it. */
    DemoCommand() {
        this(UnaryOperator.identity());
    }

    /**
     * As tests start it.
     *
     * @param seam what stands between the pool and the provider
     */
    DemoCommand(UnaryOperator<Transport> seam) {
        this.seam = seam;
    }

    @Override
    public Integer call() throws InterruptedException {
        DemoSettings settings = settings();
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter words = json ? spec.commandLine().getErr() : out;
        Termination.heeded();
        try (Demo demo = Demo.start(settings)) {
            demo.introduction().forEach(words::println);
            words.flush();
            DemoResult result = demo.run(settings.time(), Termination::await, line -> {
                words.println(line);
                words.flush();
            });
            words.println();
            result.summary().forEach(words::println);
            words.flush();
            if (json) {
                out.println(document(result));
                out.flush();
            }
            return result.good() ? ExitCode.GOOD : ExitCode.FAILED;
        } catch (ConsoleNotListeningException taken) {
            throw new CommandFailure(ExitCode.USAGE, "--console: " + taken.getMessage(), taken);
        } catch (IOException notStarted) {
            throw new CommandFailure(ExitCode.USAGE, "--gateway: " + notStarted.getMessage(), notStarted);
        }
    }

    private DemoSettings settings() {
        if (!(speed > 0 && speed <= SPEED_MAX)) {
            throw wrong("--speed: must be above 0 and at most " + SPEED_MAX + ", was " + speed, null);
        }
        if (monitors < 1 || monitors > MONITORS_MAX) {
            throw wrong("--monitors: must be from 1 to " + MONITORS_MAX + ", was " + monitors, null);
        }
        Optional<Duration> limit = Optional.ofNullable(time).map(text -> {
            try {
                return Values.duration(text);
            } catch (IllegalArgumentException invalid) {
                throw wrong("--for: \"" + text + "\": " + invalid.getMessage(), invalid);
            }
        });
        return new DemoSettings(
                address("--gateway", gateway), address("--console", console), monitors, speed, limit, seam);
    }

    private InetSocketAddress address(String flag, String text) {
        try {
            return Values.resolved(Values.address(text));
        } catch (IllegalArgumentException invalid) {
            throw wrong(flag + ": " + invalid.getMessage(), invalid);
        }
    }

    private ParameterException wrong(String message, @Nullable Throwable cause) {
        return new ParameterException(spec.commandLine(), message, cause);
    }

    private static ObjectNode document(DemoResult result) {
        ObjectNode document = new ObjectMapper().createObjectNode();
        document.put("monitors", result.verdicts().size())
                .put("connections", result.connections())
                .put("deliveries", result.total().deliveries())
                .put("lost", result.total().lost())
                .put("duplicated", result.total().duplicated())
                .put("misrouted", result.total().misrouted());
        document.putObject("worstWindow").put("count", result.worstCount()).put("from", result.worstFrom());
        document.put("withinGaps", result.total().withinGaps());
        return document;
    }
}
