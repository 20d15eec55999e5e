package io.firehole.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.cli.config.Values;
import java.io.PrintWriter;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

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
final class DrainCommand extends ConsoleCommand {

    @Option(names = "--now", description = "End all streams at once, also if it is draining already.")
    private boolean now;

    @Override
    JsonNode answer() throws InterruptedException {
        return console().order("/api/grpc-pool/drain" + (now ? "?now=true" : ""));
    }

    @Override
    void print(JsonNode data, PrintWriter out) {
        if (now) {
            out.println("ending at once");
            return;
        }
        long seconds = Duration.ofMillis(data.get("leftMillis").asLong() + 999).toSeconds();
        out.println("draining: " + data.get("streams").asInt() + " streams are open, all will have ended within "
                + Values.show(Duration.ofSeconds(seconds)));
    }
}
