package io.firehole.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.cli.console.Figures;
import io.firehole.cli.console.Table;
import io.firehole.cli.console.Table.Column;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists the connections to the provider, or those that are gone. */
@Command(
        name = "connections",
        header = "List the connections to the provider, or those that ended.",
        description = {
            "",
            "One line for each connection: what it does, for which group, since when, what it carries and how fast. With"
                    + " --closed those that ended, newest first, with the reason; attempts that failed are among them.",
            ""
        },
        footer = {"", "Example: firehole connections", "Example: firehole connections --closed --limit 20"})
final class ConnectionsCommand extends ConsoleCommand {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    @Option(names = "--closed", description = "Those that ended, of the last 10,000.")
    private boolean closed;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "With --closed: how many at the most, from 1 to 10000. Default: ${DEFAULT-VALUE}")
    private int limit;

    @Override
    JsonNode answer() throws InterruptedException {
        return console()
                .ask(closed ? "/api/grpc-pool/connections/closed?limit=" + limit : "/api/grpc-pool/connections");
    }

    @Override
    void print(JsonNode data, PrintWriter out) {
        if (data.get("connections").isEmpty()) {
            out.println(closed ? "no connection has ended" : "no connection is open");
            return;
        }
        Table table = closed ? ended(data) : open(data);
        table.lines().forEach(out::println);
        for (JsonNode one : data.get("connections")) {
            if (!closed && !one.get("lastError").asText().isEmpty()) {
                out.println("connection " + one.get("id").asText() + ", last error: "
                        + Table.plain(one.get("lastError").asText()));
            }
        }
    }

    private static Table open(JsonNode data) {
        Table table = new Table(
                Column.number("CONN", 5),
                Column.words("STATE", 10),
                Column.words("HEALTH", 9),
                Column.words("GROUP", 6),
                Column.number("UP", 6),
                Column.number("STRM", 4),
                Column.number("MON", 4),
                Column.number("MSG/S", 7),
                Column.number("BYTES/S", 7));
        for (JsonNode one : data.get("connections")) {
            table.row(
                    one.get("id").asText(),
                    one.get("state").asText(),
                    one.get("health").asText(),
                    Figures.text(one.get("group")),
                    Figures.time(one.get("uptime").asLong()),
                    one.get("streams").asText(),
                    one.get("monitors").asText(),
                    Figures.rate(one.get("messagesPerSecond").asDouble()),
                    Figures.size(one.get("bytesPerSecond").asDouble()));
        }
        return table;
    }

    private static Table ended(JsonNode data) {
        Table table = new Table(
                Column.words("ENDED", 8),
                Column.number("CONN", 5),
                Column.words("GROUP", 6),
                Column.number("UP", 6),
                Column.number("LAST SLOT", 10),
                Column.words("REASON", 35));
        for (JsonNode one : data.get("connections")) {
            table.row(
                    TIME.format(Instant.parse(one.get("closedAt").asText()).atZone(ZoneId.systemDefault())),
                    one.get("id").asText(),
                    Figures.text(one.get("group")),
                    one.get("wasReady").asBoolean()
                            ? Figures.time(one.get("uptime").asLong())
                            : "never",
                    Figures.text(one.get("lastSlot")),
                    one.get("reason").asText());
        }
        return table;
    }
}
