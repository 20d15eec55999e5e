package io.firehole.cli;

import io.firehole.pool.transport.Transport;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import picocli.CommandLine;

/**
 * {@code firehole demo} run once, inside the test, on free ports unless it is told others.
 *
 * @param out what went to stdout
 * @param err what went to stderr
 */
public record DemoRun(int exitCode, String out, String err) {

    /**
     * Runs it.
     *
     * @param seam what stands between the pool and the provider
     */
    public static DemoRun of(UnaryOperator<Transport> seam, String... options) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        List<String> arguments = new ArrayList<>(List.of(options));
        if (!arguments.contains("--gateway")) {
            arguments.addAll(List.of("--gateway", "127.0.0.1:0"));
        }
        if (!arguments.contains("--console")) {
            arguments.addAll(List.of("--console", "127.0.0.1:0"));
        }
        CommandLine demo = Main.configured(new CommandLine(new DemoCommand(seam)))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err));
        int exitCode = demo.execute(arguments.toArray(String[]::new));
        return new DemoRun(exitCode, out.toString(), err.toString());
    }
}
