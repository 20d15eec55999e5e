package io.firehole.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.cli.console.Figures;
import io.firehole.cli.console.Table;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.Command;

/** Says at a glance how a running Firehole stands. */
@Command(
        name = "status",
        header = "Say how a running Firehole stands; a health check for scripts.",
        description = {
            "",
            "Whether monitors are being served, connections, permits left, rates, gaps and what sharing saves. Ends with 0 if"
                    + " it is healthy, with 4 if it is degraded, and with 3 if no console answers.",
            ""
        },
        footer = {"", "Example: firehole status", "Example: firehole status --json | jq .rateLimit.tokensAvailable"})
final class StatusCommand extends ConsoleCommand {

    @Override
    JsonNode answer() throws InterruptedException {
        return console().ask("/api/grpc-pool/metrics/realtime");
    }

    @Override
    int exitCode(JsonNode data) {
        return data.get("status").asText().equals("healthy") ? ExitCode.GOOD : ExitCode.DEGRADED;
    }

    @Override
    void print(JsonNode data, PrintWriter out) {
        out.println("status       " + data.get("status").asText());
        for (JsonNode reason : data.get("reasons")) {
            out.println("             " + Table.plain(reason.asText()));
        }
        JsonNode connections = data.get("connections");
        out.println("connections  " + connections.get("healthy").asInt() + " of "
                + connections.get("total").asInt() + " healthy, at most "
                + connections.get("max").asInt() + "; "
                + data.at("/performance/reconnectsLastHour").asLong() + " reconnects in the last hour");
        JsonNode limit = data.get("rateLimit");
        out.println("permits      "
                + (limit.get("limit").isNull()
                        ? "no limit"
                        : limit.get("tokensAvailable").asInt() + " of "
                                + limit.get("limit").asInt() + " left"
                                + (limit.get("queuedRequests").asInt() > 0
                                        ? ", " + limit.get("queuedRequests").asInt() + " wait"
                                        : "")));
        JsonNode monitors = data.get("monitors");
        out.println("monitors     " + monitors.get("active").asInt() + " of "
                + monitors.get("total").asInt() + " served, on "
                + data.at("/streams/total").asInt() + " streams");
        out.println("received     " + rates(data.get("upstream")));
        out.println("delivered    " + rates(data.get("delivered")));
        out.println("gaps         " + data.at("/totals/gaps").asLong() + ", dropped "
                + data.at("/totals/dropped").asLong());
        out.println("saved        " + percent(data.at("/savings/bytes")) + " of bytes, "
                + percent(data.at("/savings/connections")) + " of connections" + money(data.at("/savings/price")));
    }

    private static String rates(JsonNode rates) {
        return Figures.rate(rates.get("messagesPerSecond60s").asDouble()) + " updates/s, "
                + Figures.size(rates.get("bytesPerSecond60s").asDouble()) + "/s over a minute";
    }

    private static String percent(JsonNode compared) {
        return String.format(Locale.ROOT, "%.1f%%", compared.get("savedPercent").asDouble());
    }

    private static String money(JsonNode price) {
        return price.isObject()
                ? ", " + price.get("saved").asText() + " "
                        + Table.plain(price.get("currency").asText())
                : "";
    }
}
