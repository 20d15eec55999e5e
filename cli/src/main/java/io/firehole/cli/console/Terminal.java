package io.firehole.cli.console;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The terminal that the program was started in, while it is drawn on: keys come as they are pressed, and the screen that was
 * there comes back in the end. One thread.
 */
public final class Terminal implements AutoCloseable {

    private static final int PATIENCE_SECONDS = 2;
    private static final String ESC = "\u001b[";

    /** What it is taken for if it does not say. */
    private static final Size USUAL = new Size(80, 24);

    /** So many columns and lines. */
    public record Size(int columns, int lines) {}

    private final PrintWriter out;
    private final String before;
    private final boolean plain;
    private final Thread restore = new Thread(this::restore, "firehole-terminal");

    private Terminal(PrintWriter out, String before, boolean plain) {
        this.out = out;
        this.before = before;
        this.plain = plain;
    }

    /**
     * Takes it over; empty if there is none.
     *
     * @param plain whether nothing is to be shown but by characters, as NO_COLOR wants it
     */
    public static Optional<Terminal> open(PrintWriter out, boolean plain) throws InterruptedException {
        Optional<String> before = writesToTerminal() ? stty("-g") : Optional.empty();
        if (before.isEmpty() || stty("-icanon", "-echo", "min", "1").isEmpty()) {
            return Optional.empty();
        }
        Terminal terminal = new Terminal(out, before.get(), plain);
        Runtime.getRuntime().addShutdownHook(terminal.restore);
        out.print(ESC + "?1049h" + ESC + "?25l");
        out.flush();
        return Optional.of(terminal);
    }

    /** How large it is now. */
    public Size size() throws InterruptedException {
        String[] words = stty("size").orElse("").split(" ", -1);
        try {
            int lines = words.length == 2 ? Integer.parseInt(words[0]) : 0;
            int columns = words.length == 2 ? Integer.parseInt(words[1]) : 0;
            return lines > 0 && columns > 0 ? new Size(columns, lines) : USUAL;
        } catch (NumberFormatException unknown) {
            return USUAL;
        }
    }

    /** Shows these lines in place of those before. */
    public void show(List<String> lines) {
        StringBuilder screen = new StringBuilder(ESC + "H");
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            screen.append(i == 0 && !plain ? ESC + "1m" + line + ESC + "0m" : line)
                    .append(ESC + "K")
                    .append(i < lines.size() - 1 ? "\r\n" : "");
        }
        out.print(screen.append(ESC + "J"));
        out.flush();
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(restore);
        restore();
    }

    private void restore() {
        out.print(ESC + "?25h" + ESC + "?1049l");
        out.flush();
        try {
            stty(before);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean writesToTerminal() throws InterruptedException {
        try {
            Process test = new ProcessBuilder("test", "-t", "1").inheritIO().start();
            return test.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && test.exitValue() == 0;
        } catch (IOException noSuchCommand) {
            return false;
        }
    }

    /** Has the terminal told, and what it says; empty if that fails. */
    private static Optional<String> stty(String... words) throws InterruptedException {
        try {
            ProcessBuilder command = new ProcessBuilder();
            command.command().add("stty");
            command.command().addAll(List.of(words));
            Process process = command.redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            boolean done = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return done && process.exitValue() == 0 ? Optional.of(said) : Optional.empty();
        } catch (IOException noSuchCommand) {
            return Optional.empty();
        }
    }
}
