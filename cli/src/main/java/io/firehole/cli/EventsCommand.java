package io.firehole.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.cli.console.ConsoleClient;
import io.firehole.cli.console.Table;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Tells what happened of late in a running Firehole, and goes on as it happens. */
@Command(
        name = "events",
        header = "Tell what happened of late, and with --follow what happens.",
        description = {
            "",
            "Connections that came and went, gaps, refusals, slow monitors, the budget, and who had what done: one line each,"
                    + " the oldest first. With --follow it goes on every second until it is told to end.",
            ""
        },
        footer = {"", "Example: firehole events --follow", "Example: firehole events --kind order --json"})
final class EventsCommand extends ConsoleCommand {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    /** As many as the console tells of at once. */
    private static final int FOLLOWED_MAX = 1_000;

    @Option(names = "--follow", description = "Go on; with --json one event a line.")
    private boolean follow;

    @Option(
            names = "--count",
            paramLabel = "N",
            description = "With --follow: end after so many events. Otherwise it goes on until it is interrupted.")
    private @Nullable Integer count;

    @Option(names = "--monitor", paramLabel = "ID", description = "Only those of this monitor.")
    private @Nullable String monitor;

    @Option(names = "--kind", paramLabel = "KIND", description = "Only those of this kind, such as gap or order.")
    private @Nullable String kind;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "How many at the most, from 1 to 1000. Default: ${DEFAULT-VALUE}")
    private int limit;

    @Override
    JsonNode answer() throws InterruptedException {
        return ask(limit, 0);
    }

    private JsonNode ask(int most, long after) throws InterruptedException {
        return console()
                .ask("/api/grpc-pool/events?limit=" + most + "&after=" + after
                        + (monitor == null ? "" : "&monitor=" + ConsoleClient.encoded(monitor))
                        + (kind == null ? "" : "&kind=" + ConsoleClient.encoded(kind)));
    }

    @Override
    public Integer call() throws InterruptedException {
        JsonNode data = answer();
        if (!follow) {
            show(data);
            return ExitCode.GOOD;
        }
        int left = count == null ? Integer.MAX_VALUE : count;
        while (true) {
            for (JsonNode event : oldestFirst(data)) {
                out().println(json() ? event.toString() : line(event));
                if (--left <= 0) {
                    out().flush();
                    return ExitCode.GOOD;
                }
            }
            out().flush();
            TimeUnit.SECONDS.sleep(1);
            long seen = data.get("total").asLong();
            data = ask(FOLLOWED_MAX, seen);
            if (data.get("total").asLong() < seen) {
                data = ask(FOLLOWED_MAX, 0); // it is another process by now
            }
        }
    }

    @Override
    void print(JsonNode data, PrintWriter out) {
        if (data.get("events").isEmpty()) {
            out.println("nothing has happened");
        }
        oldestFirst(data).forEach(event -> out.println(line(event)));
    }

    private static List<JsonNode> oldestFirst(JsonNode data) {
        List<JsonNode> events = new ArrayList<>();
        data.get("events").forEach(events::add);
        Collections.reverse(events);
        return events;
    }

    private static String line(JsonNode event) {
        String monitor = event.get("monitor").asText();
        return TIME.format(Instant.parse(event.get("at").asText()).atZone(ZoneId.systemDefault())) + "  "
                + Table.plain(event.get("kind").asText())
                + (monitor.isEmpty() ? "" : "  " + Table.plain(monitor)) + "  "
                + Table.plain(event.get("text").asText());
    }
}
