package io.firehole.cli.console;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.cli.console.Table.Column;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What {@code top} shows: a picture of a pool for a terminal, and what keys do to it. One thread; knows no terminal.
 *
 * <p>A head of five lines, a table of monitors, and a line that says which keys there are. Nothing is wider or higher than
 * the terminal.
 */
public final class TopScreen {

    /** By what monitors are ordered. */
    public enum Order {
        /** The most updates a second first. */
        RATE("rate"),
        /** Those for whom most waits first. */
        WAITING("waiting"),
        /** The slowest first. */
        LATENCY("latency"),
        /** By name. */
        NAME("name");

        private final String word;

        Order(String word) {
            this.word = word;
        }

        private Order next() {
            return switch (this) {
                case RATE -> WAITING;
                case WAITING -> LATENCY;
                case LATENCY -> NAME;
                case NAME -> RATE;
            };
        }
    }

    private static final int HEAD = 5;
    private static final int WIDTH_MIN = 20;

    private Order order = Order.RATE;
    private String filter = "";
    private boolean typing;
    private int first;
    private int rows = 1;
    private boolean over;

    /** A key, as {@link Keys} reads it. */
    public void press(String key) {
        if (typing) {
            type(key);
            return;
        }
        switch (key) {
            case "q" -> over = true;
            case "s" -> order = order.next();
            case "/" -> {
                typing = true;
                filter = "";
            }
            case Keys.ESCAPE -> filter = "";
            case Keys.DOWN, "j" -> first++;
            case Keys.UP, "k" -> first = Math.max(0, first - 1);
            case Keys.PAGE_DOWN, " " -> first += rows;
            case Keys.PAGE_UP -> first = Math.max(0, first - rows);
            default -> {
                // not ours
            }
        }
    }

    private void type(String key) {
        switch (key) {
            case Keys.ENTER -> typing = false;
            case Keys.ESCAPE -> {
                typing = false;
                filter = "";
            }
            case Keys.BACKSPACE -> filter = filter.isEmpty() ? "" : filter.substring(0, filter.length() - 1);
            default -> {
                if (key.length() == 1 && filter.length() < WIDTH_MIN) {
                    filter += key;
                }
            }
        }
        first = 0;
    }

    /** Whether somebody has had enough. */
    public boolean isOver() {
        return over;
    }

    /**
     * The lines to show, no more than {@code height} and none longer than {@code width}.
     *
     * @param data the realtime document
     */
    public List<String> lines(JsonNode data, int width, int height) {
        List<String> lines = new ArrayList<>(head(data));
        List<JsonNode> monitors = chosen(data);
        rows = Math.max(1, height - HEAD - 2);
        first = Math.clamp(first, 0, Math.max(0, monitors.size() - rows));
        Table table = new Table(
                Column.words("MONITOR", Math.max(WIDTH_MIN, width - 54)),
                Column.words("GROUP", 6),
                Column.number("CONN", 4),
                Column.number("MSG/S", 7),
                Column.number("BYTES/S", 7),
                Column.number("WAITING", 7),
                Column.number("P99 MS", 7),
                Column.words("", 2));
        monitors.stream()
                .skip(first)
                .limit(rows)
                .forEach(one -> table.row(
                        one.get("id").asText(),
                        one.get("group").asText(),
                        Figures.text(one.get("connection")),
                        Figures.rate(one.get("messagesPerSecond").asDouble()),
                        Figures.size(one.get("bytesPerSecond").asDouble()),
                        one.get("waiting").asText(),
                        String.format(Locale.ROOT, "%.1f", one.get("p99Latency").asDouble()),
                        one.get("active").asBoolean() ? "" : "!"));
        lines.addAll(table.lines());
        while (lines.size() < height - 1) {
            lines.add("");
        }
        lines.add(foot(monitors.size()));
        return lines.stream()
                .limit(height)
                .map(line -> line.length() <= width ? line : line.substring(0, width))
                .toList();
    }

    private List<JsonNode> chosen(JsonNode data) {
        Comparator<JsonNode> byName = Comparator.comparing(one -> one.get("id").asText());
        Comparator<JsonNode> by = switch (order) {
            case RATE -> largest("messagesPerSecond");
            case WAITING -> largest("waiting");
            case LATENCY -> largest("p99Latency");
            case NAME -> byName;
        };
        String wanted = filter.toLowerCase(Locale.ROOT);
        return data.get("monitorList")
                .valueStream()
                .filter(one -> one.get("id").asText().toLowerCase(Locale.ROOT).contains(wanted))
                .sorted(by.thenComparing(byName))
                .toList();
    }

    private static Comparator<JsonNode> largest(String field) {
        return Comparator.comparingDouble((JsonNode one) -> one.get(field).asDouble())
                .reversed();
    }

    private static List<String> head(JsonNode data) {
        JsonNode connections = data.get("connections");
        JsonNode limit = data.get("rateLimit");
        JsonNode monitors = data.get("monitors");
        String reasons = data.get("reasons").isEmpty()
                ? ""
                : ": " + Table.plain(data.at("/reasons/0").asText());
        return List.of(
                "firehole  " + data.get("status").asText() + reasons,
                "connections " + connections.get("healthy").asInt() + "/"
                        + connections.get("total").asInt() + " healthy   permits "
                        + (limit.get("limit").isNull()
                                ? "no limit"
                                : limit.get("tokensAvailable").asInt() + "/"
                                        + limit.get("limit").asInt())
                        + " left, " + limit.get("queuedRequests").asInt() + " wait   monitors "
                        + monitors.get("active").asInt() + "/"
                        + monitors.get("total").asInt() + " served",
                "received  " + rates(data.get("upstream")) + "   delivered  " + rates(data.get("delivered")),
                "gaps " + data.at("/totals/gaps").asLong() + "   dropped "
                        + data.at("/totals/dropped").asLong() + "   buffers "
                        + Figures.size(data.at("/memory/used").asDouble()) + " of "
                        + Figures.size(data.at("/memory/max").asDouble()) + "   saved "
                        + data.at("/savings/bytes/savedPercent").asText() + "% of bytes",
                "");
    }

    private static String rates(JsonNode rates) {
        return Figures.rate(rates.get("messagesPerSecond").asDouble()) + "/s "
                + Figures.size(rates.get("bytesPerSecond").asDouble()) + "/s";
    }

    private String foot(int monitors) {
        if (typing) {
            return "filter: " + filter + "_   Enter takes it, Esc forgets it";
        }
        return "q quit  s order: " + order.word + "  / filter" + (filter.isEmpty() ? "" : ": " + filter)
                + "  arrows scroll  " + monitors + " monitors' streams";
    }
}
