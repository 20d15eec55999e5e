package io.firehole.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.cli.console.ConsoleClient;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Has a running Firehole replace a connection. */
@Command(
        name = "reconnect",
        header = "Replace a connection by a new one, without loss.",
        description = {
            "",
            "The new connection is proven before the old one is given up, and then every stream moves by itself: no monitor"
                    + " misses anything. Costs one permit of the budget. With --dry-run it only says so. Returns at once.",
            ""
        },
        footer = {"", "Example: firehole reconnect 3 --dry-run", "Example: firehole reconnect 3"})
final class ReconnectCommand extends ConsoleCommand {

    @Parameters(paramLabel = "ID", description = "The connection's number, as firehole connections shows it.")
    @SuppressWarnings("NullAway.Init")
    private String id;

    @Option(names = "--dry-run", description = "Say what it costs, and do nothing.")
    private boolean dryRun;

    @Override
    JsonNode answer() throws InterruptedException {
        String path = "/api/grpc-pool/connections/" + ConsoleClient.encoded(id) + "/reconnect";
        return dryRun ? console().ask(path) : console().order(path);
    }

    @Override
    void print(JsonNode data, PrintWriter out) {
        String cost = data.get("available").isNull()
                ? "no permit, since there is no limit"
                : data.get("permits").asInt() + " of " + data.get("available").asInt() + " permits";
        if (dryRun) {
            out.println("would use " + cost
                    + (data.get("atOnce").asBoolean() ? "" : ", and would have to wait for it") + "; "
                    + data.get("monitors").asInt() + " monitors' streams would move");
        } else if (data.get("result").asText().equals("begun")) {
            out.println("connection " + data.get("connection").asText() + " is being replaced, for " + cost);
        } else {
            out.println("connection " + data.get("connection").asText() + " is being made or replaced already");
        }
    }
}
