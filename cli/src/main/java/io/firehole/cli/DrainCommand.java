package io.firehole.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.cli.config.Values;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Brings a running Firehole to an end in good order. */
@Command(
        name = "drain",
        header = "Have a running serve send its monitors away and end.",
        description = {
            "",
            "As SIGTERM does: health says NOT_SERVING, no connection and no call is taken any more, and the open streams end one"
                    + " after the other over gateway.drain, each with UNAVAILABLE and the last slot that it has whole. Then the"
                    + " program ends. Returns at once; ends with 3 if no console answers.",
            ""
        },
        footer = {"", "Example: firehole drain", "Example: firehole drain --now --console http://127.0.0.1:3001"})
final class DrainCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls call
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private ConsoleOption console;

    @Option(names = "--now", description = "End all streams at once, also if it is draining already.")
    private boolean now;

    @Option(names = "--json", description = "What the console says: {draining, streams, leftMillis}.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        JsonNode data = console.order("/api/grpc-pool/drain" + (now ? "?now=true" : ""));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(data);
        } else if (now) {
            out.println("ending at once");
        } else {
            long seconds =
                    Duration.ofMillis(data.get("leftMillis").asLong() + 999).toSeconds();
            out.println("draining: " + data.get("streams").asInt() + " streams are open, all will have ended within "
                    + Values.show(Duration.ofSeconds(seconds)));
        }
        out.flush();
        return ExitCode.GOOD;
    }
}
