package io.firehole.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that asks a running Firehole's console one thing and shows the answer, to people or to scripts. */
abstract class ConsoleCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls call
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private ConsoleOption console;

    @Option(names = "--json", description = "What the console says, as one JSON object.")
    private boolean json;

    /** Asks. */
    abstract JsonNode answer() throws InterruptedException;

    /** Shows it to a person, in 80 columns. */
    abstract void print(JsonNode data, PrintWriter out);

    /** How the command ends. */
    int exitCode(JsonNode data) {
        return ExitCode.GOOD;
    }

    @Override
    public Integer call() throws InterruptedException {
        JsonNode data = answer();
        show(data);
        return exitCode(data);
    }

    /** Shows it as it was asked for. */
    final void show(JsonNode data) {
        PrintWriter out = out();
        if (json) {
            out.println(data);
        } else {
            print(data, out);
        }
        out.flush();
    }

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    final CommandSpec spec() {
        return spec;
    }

    final ConsoleOption console() {
        return console;
    }

    final boolean json() {
        return json;
    }
}
