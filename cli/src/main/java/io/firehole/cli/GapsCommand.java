package io.firehole.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.cli.console.ConsoleClient;
import io.firehole.cli.console.Table;
import io.firehole.cli.console.Table.Column;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists what monitors of a running Firehole should have seen and did not. */
@Command(
        name = "gaps",
        header = "List the slots that monitors should have seen and did not.",
        description = {
            "",
            "One line for each gap of a monitor, newest first: when it began, the first and the last slot of which something"
                    + " may be missing, and why it was not closed. Asks the console that serve and demo open, and ends with 3"
                    + " if none answers.",
            ""
        },
        footer = {
            "",
            "Example: firehole gaps",
            "Example: firehole gaps --monitor pumpfun-price-monitor --json | jq -r .gaps[].cause"
        })
final class GapsCommand extends ConsoleCommand {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    @Option(names = "--monitor", paramLabel = "ID", description = "Only those of this monitor.")
    private @Nullable String monitor;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many at the most, from 1 to 10000. Default: ${DEFAULT-VALUE}")
    private int limit;

    @Override
    JsonNode answer() throws InterruptedException {
        return console()
                .ask("/api/grpc-pool/gaps?limit=" + limit
                        + (monitor == null ? "" : "&monitor=" + ConsoleClient.encoded(monitor)));
    }

    @Override
    void print(JsonNode data, PrintWriter out) {
        long total = data.get("total").asLong();
        if (total == 0) {
            out.println("no gaps");
            return;
        }
        Table table = new Table(
                Column.words("SINCE", 8),
                Column.words("MONITOR", 22),
                Column.number("FIRST SLOT", 11),
                Column.number("LAST SLOT", 11),
                Column.words("CAUSE", 20),
                Column.words("FILLED", 7));
        for (JsonNode gap : data.get("gaps")) {
            table.row(
                    TIME.format(Instant.parse(gap.get("brokeAt").asText()).atZone(ZoneId.systemDefault())),
                    gap.get("monitor").asText(),
                    gap.get("firstSlot").asText(),
                    gap.get("lastSlot").asText(),
                    gap.get("cause").asText(),
                    filled(gap.path("filling")));
        }
        table.lines().forEach(out::println);
        int shown = data.get("gaps").size();
        if (shown < total) {
            out.println((total - shown) + " more; --limit shows them, as far as they are remembered");
        }
    }

    private static String filled(JsonNode filling) {
        if (filling.path("whole").asBoolean()) {
            return "yes";
        }
        return filling.path("slotsFilled").asLong() > 0 ? "in part" : "no";
    }
}
