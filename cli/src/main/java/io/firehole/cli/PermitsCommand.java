package io.firehole.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.cli.console.Figures;
import io.firehole.cli.console.Table;
import io.firehole.cli.console.Table.Column;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** Says what the budget of new connections has left. */
@Command(
        name = "permits",
        header = "Say how many new connections the provider still allows.",
        description = {
            "",
            "Each rule with what stands in its window, each class of who asks with what it may still have, and how long it would"
                    + " take until all connections are back if they were lost now.",
            ""
        },
        footer = {"", "Example: firehole permits", "Example: firehole permits --json | jq .forecast.allBackIn"})
final class PermitsCommand extends ConsoleCommand {

    @Override
    JsonNode answer() throws InterruptedException {
        return console().ask("/api/grpc-pool/permits");
    }

    @Override
    void print(JsonNode data, PrintWriter out) {
        if (!data.get("limited").asBoolean()) {
            out.println("no limit");
            return;
        }
        Table rules = new Table(
                Column.words("RULE", 24),
                Column.number("USED", 6),
                Column.number("BELIEVED", 8),
                Column.number("AVAILABLE", 9));
        for (JsonNode rule : data.get("rules")) {
            rules.row(
                    rule.get("max").asText() + " per "
                            + Figures.time(rule.get("per").asLong()) + ", "
                            + rule.get("counts").asText(),
                    rule.get("used").asText(),
                    rule.get("believed").asText(),
                    rule.get("available").asText());
        }
        rules.lines().forEach(out::println);
        out.println();
        Table classes =
                new Table(Column.words("CLASS", 18), Column.number("WAITING", 7), Column.number("AVAILABLE", 9));
        for (JsonNode one : data.get("classes")) {
            classes.row(
                    one.get("class").asText(),
                    one.get("queued").asText(),
                    one.get("available").asText());
        }
        classes.lines().forEach(out::println);
        out.println();
        if (!data.get("restraint").asText().equals("nothing")) {
            out.println("held back: " + data.get("restraint").asText());
        }
        out.println("next permit: " + at(data.get("nextTokenIn").asLong()));
        if (!data.get("forecast").isNull()) {
            out.println("if all " + data.at("/forecast/connections").asInt()
                    + " connections were lost now, they would be back "
                    + "within " + Figures.time(data.at("/forecast/allBackIn").asLong()));
        }
    }

    private static String at(long millis) {
        return millis == 0 ? "at once" : "in " + Figures.time(millis);
    }
}
