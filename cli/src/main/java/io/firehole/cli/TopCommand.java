package io.firehole.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.cli.console.Keys;
import io.firehole.cli.console.Terminal;
import io.firehole.cli.console.TopScreen;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows a running Firehole as it changes, in a terminal. */
@Command(
        name = "top",
        header = "Watch a running Firehole in the terminal, second by second.",
        description = {
            "",
            "Connections, permits, rates, and every monitor with its rate, what waits for it and its latency. Keys: q ends it,"
                    + " s changes the order, / filters by name, arrows scroll. With --json it needs no terminal and prints one"
                    + " document a second.",
            ""
        },
        footer = {"", "Example: firehole top", "Example: firehole top --json --count 10 | jq .upstream"})
final class TopCommand extends ConsoleCommand {

    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Keys that wait; nobody types faster. */
    private static final int KEYS_MAX = 256;

    @Option(
            names = "--count",
            paramLabel = "N",
            description = "End after so many pictures. Otherwise it goes on until it is told to end.")
    private @Nullable Integer count;

    @Override
    JsonNode answer() throws InterruptedException {
        return console().ask("/api/grpc-pool/metrics/realtime");
    }

    @Override
    void print(JsonNode data, PrintWriter out) {
        Terminal.Size usual = new Terminal.Size(80, 24);
        new TopScreen().lines(data, usual.columns(), usual.lines()).forEach(out::println);
    }

    @Override
    public Integer call() throws InterruptedException {
        JsonNode data = answer();
        int left = count == null ? Integer.MAX_VALUE : count;
        if (json()) {
            show(data);
            while (--left > 0) {
                TimeUnit.NANOSECONDS.sleep(EVERY_NANOS);
                show(answer());
            }
            return ExitCode.GOOD;
        }
        String noColor = System.getenv("NO_COLOR");
        Optional<Terminal> found = Terminal.open(out(), noColor != null && !noColor.isEmpty());
        if (found.isEmpty()) {
            throw new CommandFailure(
                    ExitCode.USAGE, "top needs a terminal; without one: firehole top --json, or firehole status", null);
        }
        try (Terminal terminal = found.get()) {
            watch(terminal, data, left);
        }
        return ExitCode.GOOD;
    }

    private void watch(Terminal terminal, JsonNode first, int pictures) throws InterruptedException {
        TopScreen screen = new TopScreen();
        BlockingQueue<String> keys = new LinkedBlockingQueue<>(KEYS_MAX);
        Thread.ofPlatform().daemon().name("firehole-keys").start(() -> read(keys));
        JsonNode data = first;
        int left = pictures;
        while (!screen.isOver() && left-- > 0) {
            Terminal.Size size = terminal.size();
            terminal.show(screen.lines(data, size.columns(), size.lines()));
            long next = System.nanoTime() + EVERY_NANOS;
            for (String key = wait(keys, next); key != null && !screen.isOver(); key = wait(keys, next)) {
                screen.press(key);
                terminal.show(screen.lines(data, size.columns(), size.lines()));
            }
            if (!screen.isOver()) {
                data = answer();
            }
        }
    }

    private static @Nullable String wait(BlockingQueue<String> keys, long untilNanos) throws InterruptedException {
        return keys.poll(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    private static void read(BlockingQueue<String> into) {
        Keys keys = new Keys(System.in);
        try {
            for (String key = keys.next(); key != null; key = keys.next()) {
                var unused = into.offer(key);
            }
        } catch (IOException closed) {
            // nobody types any more
        }
    }
}
