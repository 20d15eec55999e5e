package io.firehole.cli;

import io.firehole.cli.config.Values;
import io.firehole.simulator.Simulator;
import io.firehole.simulator.SimulatorConfig;
import io.firehole.simulator.rpc.RpcServer;
import io.firehole.simulator.rules.OverLimit;
import io.firehole.simulator.rules.ProviderRules;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs a simulated provider until it is told to stop. */
@Command(
        name = "simulate",
        header = "Simulate a provider on loopback, with recorded mainnet data and a provider's limits.",
        description = {
            "",
            "Plays recordings of mainnet as an endless chain, counts connections as a provider does, brings faults about"
                    + " on order, and knows what every subscriber must have received. Prints one line beginning with"
                    + " \"ready\" to stdout. Ctrl-C or SIGTERM ends it.",
            ""
        },
        footer = {"", "Example: firehole simulate --limit 60/60s --max-connections 100"})
final class SimulateCommand implements Callable<Integer> {

    /** What the simulator calls its settings, and what the command line does. */
    private static final Map<String, String> FLAGS = Map.of(
            "skipEvery", "--skip-every",
            "replaySlots", "--replay-slots",
            "connects is", "--limit is",
            "connections.max is", "--max-connections is",
            "speed", "--speed",
            "the token", "--token");

    private static final Duration NAP = Duration.ofHours(1);

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls call
    private CommandSpec spec;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:10100",
            description = "Where clients connect; port 0 takes a free one. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init")
    private String listen;

    @Option(
            names = "--control",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:10101",
            description = "Where the control API listens. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init")
    private String control;

    @Option(
            names = "--rpc",
            paramLabel = "HOST:PORT",
            description =
                    "Where a node's JSON-RPC listens, with getBlock; port 0 takes a free one. Without it there is none.")
    private @Nullable String rpc;

    @Option(
            names = "--capture",
            paramLabel = "FILE",
            description = "A recording to play, instead of those that travel with the program; may be repeated.")
    private List<Path> captures = List.of();

    @Option(
            names = "--speed",
            paramLabel = "FACTOR",
            defaultValue = "1",
            description = "How many times faster than mainnet's 400 ms a slot goes by. Default: ${DEFAULT-VALUE}")
    private double speed;

    @Option(
            names = "--token",
            paramLabel = "T",
            description = "What clients must send as x-token; without it anything.")
    private @Nullable String token;

    @Option(
            names = "--limit",
            paramLabel = "COUNT/TIME",
            description = "New connections allowed in any window, as in 60/60s. Overrules the profile.")
    private @Nullable String limit;

    @Option(
            names = "--over-limit",
            paramLabel = "429|close",
            defaultValue = "429",
            description =
                    "What becomes of connections beyond the limit: every call on them is answered with HTTP 429, or"
                            + " they are closed without a byte. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init")
    private String overLimit;

    @Option(names = "--max-connections", paramLabel = "N", description = "Connections allowed at the same time.")
    private @Nullable Integer maxConnections;

    @Option(
            names = "--replay-slots",
            paramLabel = "N",
            description = "How far back from_slot reaches; 0 for no replay.")
    private @Nullable Integer replaySlots;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of every choice in the chain: the same seed, the same chain. Default: ${DEFAULT-VALUE}")
    private long seed;

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            defaultValue = "standard",
            description =
                    "Whose limits it has; docs/providers.md lists them. Default: ${DEFAULT-VALUE}, which is open with"
                            + " 60 new connections in 60 s")
    @SuppressWarnings("NullAway.Init")
    private String profile;

    @Option(
            names = "--skip-every",
            paramLabel = "N",
            defaultValue = "" + SimulatorConfig.DEFAULT_SKIP_EVERY,
            description = "One slot of so many has no block; 0 for none. Default: ${DEFAULT-VALUE}")
    private int skipEvery;

    @Override
    public Integer call() throws InterruptedException {
        SimulatorConfig config = config();
        Termination.heeded();
        try (Simulator simulator = Simulator.start(config)) {
            InetSocketAddress address = simulator.address();
            InetSocketAddress controlAddress = Objects.requireNonNull(simulator.controlAddress());
            PrintWriter out = spec.commandLine().getOut();
            out.printf("ready: provider %s, control %s%n", Values.show(address), Values.show(controlAddress));
            out.flush();
            RpcServer node = simulator.rpc();
            howTo(address, controlAddress, node == null ? null : node.address());
            while (!Termination.await(NAP)) {
                // Nothing is to be done but to wait.
            }
            return ExitCode.GOOD;
        } catch (NoSuchFileException missing) {
            throw new CommandFailure(ExitCode.USAGE, "--capture: there is no file " + missing.getFile(), missing);
        } catch (IOException notStarted) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(notStarted.getMessage()), notStarted);
        }
    }

    private SimulatorConfig config() {
        try {
            SimulatorConfig.Builder config = SimulatorConfig.builder()
                    .listen(address("--listen", listen))
                    .control(address("--control", control))
                    .rpc(rpc == null ? null : address("--rpc", rpc))
                    .captures(captures)
                    .speed(speed)
                    .seed(seed)
                    .skipEvery(skipEvery)
                    .token(token)
                    .rules(rules());
            if (replaySlots != null) {
                config.replaySlots(replaySlots);
            }
            return config.build();
        } catch (IllegalArgumentException invalid) {
            String message = String.valueOf(invalid.getMessage());
            for (Map.Entry<String, String> flag : FLAGS.entrySet()) {
                message = message.replace(flag.getKey(), flag.getValue());
            }
            throw wrong(message, invalid);
        }
    }

    private ProviderRules rules() {
        Map<String, String> overruled = new LinkedHashMap<>();
        if (limit != null) {
            overruled.put("connects", limit);
        }
        if (maxConnections != null) {
            overruled.put("connections.max", maxConnections.toString());
        }
        return named().with(overruled)
                .withOverLimit(
                        switch (overLimit) {
                            case "429" -> OverLimit.HTTP_429;
                            case "close" -> OverLimit.CLOSE;
                            default ->
                                throw new IllegalArgumentException(
                                        "--over-limit must be 429 or close, was \"" + overLimit + "\"");
                        });
    }

    private ProviderRules named() {
        try {
            return ProviderRules.named(profile);
        } catch (IllegalArgumentException unknown) {
            throw wrong("--profile: " + unknown.getMessage(), unknown);
        }
    }

    private InetSocketAddress address(String flag, String text) {
        try {
            return Values.resolved(Values.address(text));
        } catch (IllegalArgumentException invalid) {
            throw wrong(flag + ": " + invalid.getMessage(), invalid);
        }
    }

    private ParameterException wrong(String message, Throwable cause) {
        return new ParameterException(spec.commandLine(), message, cause);
    }

    private void howTo(
            InetSocketAddress address, InetSocketAddress controlAddress, @Nullable InetSocketAddress rpcAddress) {
        String api = "http://" + Values.show(controlAddress);
        PrintWriter err = spec.commandLine().getErr();
        err.println("A provider of Yellowstone gRPC listens at http://" + Values.show(address) + " (no TLS"
                + (token == null ? ", any token)." : "; x-token is asked for)."));
        err.println("  what it saw      curl -s " + api + "/report");
        err.println("  bring a fault    curl -s -X POST " + api + "/fault -d '{\"kind\": \"reset\"}'");
        err.println("  what was to come curl -s -X POST " + api + "/truth -d '{\"request\": {\"slots\": {\"s\": {}}},"
                + " \"commitment\": \"PROCESSED\", \"from\": FIRST, \"to\": LAST}'");
        err.println("  put Firehole before it: GRPC_URL=http://" + Values.show(address) + " firehole serve");
        if (rpcAddress != null) {
            err.println("  a node's JSON-RPC http://" + Values.show(rpcAddress) + " (getBlock)");
        }
        err.println("Ctrl-C ends it.");
        err.flush();
    }
}
