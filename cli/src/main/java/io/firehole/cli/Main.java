package io.firehole.cli;

import io.firehole.cli.logging.Redaction;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program {@code firehole}: picks the command, and turns what goes wrong into one line and an exit code. */
@Command(
        name = "firehole",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Main.Version.class,
        header = "A connection pool for Solana's Yellowstone gRPC streams.",
        description = {
            "",
            "Stands between monitors and their provider: every monitor receives what a subscription of its own would"
                    + " have given it, while the provider sees a handful of connections.",
            ""
        },
        subcommands = {
            DemoCommand.class,
            ServeCommand.class,
            SimulateCommand.class,
            StatusCommand.class,
            TopCommand.class,
            MonitorsCommand.class,
            ConnectionsCommand.class,
            PermitsCommand.class,
            GapsCommand.class,
            EventsCommand.class,
            ReconnectCommand.class,
            DrainCommand.class,
            MigrateCheckCommand.class,
            TryFilterCommand.class,
            CheckConfigCommand.class
        },
        footer = {
            "",
            "Start with: firehole demo",
            "Exit codes: 0 good, 1 failed, 2 usage or configuration, 3 not reachable, 4 degraded.",
            "FIREHOLE_DEBUG=1 shows where an error came from, FIREHOLE_LOG=debug what happens; NO_COLOR is respected."
        })
final class Main implements Runnable {

    private static final String DEBUG_VARIABLE = "FIREHOLE_DEBUG";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls run
    private CommandSpec spec;

    private Main() {}

    /** Starts the program. */
    public static void main(String[] args) {
        Termination.install();
        int exitCode = commandLine().execute(args);
        Termination.finished(exitCode);
        System.exit(exitCode);
    }

    /** The program, ready to execute; tests give it other writers. */
    static CommandLine commandLine() {
        return configured(new CommandLine(new Main()));
    }

    /** How every command of this program takes mistakes. */
    static CommandLine configured(CommandLine commandLine) {
        return commandLine
                .setExecutionExceptionHandler(Main::failed)
                .setParameterExceptionHandler(Main::misused)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true);
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getErr());
        throw new CommandFailure(ExitCode.USAGE, "name a command", null);
    }

    private static int failed(Exception thrown, CommandLine command, @Nullable ParseResult parsed) {
        PrintWriter err = command.getErr();
        if (thrown instanceof CommandFailure failure) {
            say(err, failure.getMessage());
            debug(err, thrown);
            return failure.exitCode();
        }
        say(err, "unexpected: " + thrown + (debugging() ? "" : " (" + DEBUG_VARIABLE + "=1 shows where)"));
        debug(err, thrown);
        return ExitCode.FAILED;
    }

    private static int misused(ParameterException thrown, String[] args) {
        CommandLine command = thrown.getCommandLine();
        List<String> near =
                thrown instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        String nearest = near.isEmpty() ? "" : "; did you mean " + near.get(0).replaceAll("=.*", "") + "?";
        say(
                command.getErr(),
                Optional.ofNullable(thrown.getMessage()).orElse("wrong use") + nearest + " (see "
                        + command.getCommandSpec().qualifiedName() + " --help)");
        debug(command.getErr(), thrown);
        return ExitCode.USAGE;
    }

    private static void say(PrintWriter err, @Nullable String message) {
        Redaction.of(String.valueOf(message)).lines().forEach(line -> err.println("firehole: " + line));
        err.flush();
    }

    private static void debug(PrintWriter err, Throwable thrown) {
        if (debugging()) {
            thrown.printStackTrace(err);
            err.flush();
        }
    }

    private static boolean debugging() {
        String value = System.getenv(DEBUG_VARIABLE);
        return value != null && !value.isBlank() && !value.equals("0");
    }

    /** Says which Firehole this is, and on what it runs. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {
                "firehole " + (version == null ? "(not packaged)" : version),
                "on Java " + Runtime.version() + ", " + System.getProperty("os.name") + " "
                        + System.getProperty("os.arch")
            };
        }
    }
}
