package io.firehole.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.cli.console.Table;
import io.firehole.cli.console.Table.Column;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** Lists the monitors of a running Firehole. */
@Command(
        name = "monitors",
        header = "List the monitors of a running Firehole.",
        description = {
            "",
            "One line for each open stream of a monitor: its group, the connection and the stream of the provider that serve"
                    + " it, from which slot on it gets everything, how many updates it has received, and how far it lags:"
                    + " in updates and bytes that wait for it, and in slots."
                    + " Asks the console that serve and demo open, and ends with 3 if none answers.",
            ""
        },
        subcommands = ExplainCommand.class,
        footer = {"", "Example: firehole monitors", "Example: firehole monitors --json | jq -r .monitors[].id"})
final class MonitorsCommand extends ConsoleCommand {

    @Override
    JsonNode answer() throws InterruptedException {
        return console().ask("/api/grpc-pool/monitors");
    }

    @Override
    void print(JsonNode data, PrintWriter out) {
        Table table = new Table(
                Column.words("MONITOR", 21),
                Column.words("GROUP", 6),
                Column.number("CONN", 4),
                Column.number("STRM", 6),
                Column.number("FROM SLOT", 9),
                Column.number("UPDATES", 9),
                Column.number("LAG", 5),
                Column.number("BYTES", 5),
                Column.number("SLOTS", 5));
        for (JsonNode monitor : data.get("monitors")) {
            table.row(
                    monitor.get("id").asText(),
                    monitor.get("group").asText(),
                    number(monitor.get("connection")),
                    number(monitor.get("stream")),
                    monitor.get("activeFromSlot").isNull()
                            ? "waiting"
                            : monitor.get("activeFromSlot").asText(),
                    monitor.get("updates").asText(),
                    monitor.get("waiting").asText(),
                    size(monitor.get("waitingBytes").asLong()),
                    monitor.get("lagSlots").isNull()
                            ? "?"
                            : monitor.get("lagSlots").asText());
        }
        table.lines().forEach(out::println);
        int shown = data.get("monitors").size();
        long total = data.get("total").asLong();
        if (total == 0) {
            out.println("no monitor is connected");
        } else if (shown < total) {
            out.println((total - shown) + " more; the console's ?offset= shows them");
        }
    }

    /** Bytes in at most five characters. */
    private static String size(long bytes) {
        if (bytes < 1 << 10) {
            return bytes + "B";
        }
        return bytes < 1 << 20 ? (bytes >> 10) + "K" : (bytes >> 20) + "M";
    }

    private static String number(JsonNode id) {
        return id.asLong() == 0 ? "-" : id.asText();
    }
}
