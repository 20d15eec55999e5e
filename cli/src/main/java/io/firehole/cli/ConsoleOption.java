package io.firehole.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.cli.console.ConsoleAnswer;
import io.firehole.cli.console.ConsoleClient;
import io.firehole.cli.logging.Redaction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Which running Firehole a command asks. */
final class ConsoleOption {

    /** Holds a token of the console: command lines are seen by everybody on the machine. */
    static final String TOKEN_VARIABLE = "FIREHOLE_CONSOLE_TOKEN";

    @Spec(Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls call
    private CommandSpec spec;

    @Option(
            names = "--console",
            paramLabel = "URL",
            defaultValue = "http://127.0.0.1:3001",
            description = "The console of a running Firehole. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init")
    private String url;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "A file that holds a token of the console, where it asks for one. Overrules " + TOKEN_VARIABLE
                    + ".")
    private @Nullable Path tokenFile;

    /**
     * Asks it.
     *
     * @throws CommandFailure if it does not answer, or cannot
     */
    JsonNode ask(String path) throws InterruptedException {
        return answer(client -> client.get(path));
    }

    /**
     * Gives it an order.
     *
     * @throws CommandFailure if it does not answer, or does not take it
     */
    JsonNode order(String path) throws InterruptedException {
        return answer(client -> client.post(path));
    }

    @FunctionalInterface
    private interface Exchange {
        ConsoleAnswer with(ConsoleClient client) throws InterruptedException;
    }

    private JsonNode answer(Exchange exchange) throws InterruptedException {
        try (ConsoleClient client = new ConsoleClient(url, token())) {
            return switch (exchange.with(client)) {
                case ConsoleAnswer.Data(JsonNode data) -> data;
                case ConsoleAnswer.Problem(int status, String why) ->
                    throw new CommandFailure(status == 400 ? ExitCode.USAGE : ExitCode.FAILED, why, null);
                case ConsoleAnswer.Unreachable(String why) -> throw new CommandFailure(ExitCode.UNREACHABLE, why, null);
            };
        } catch (IllegalArgumentException noUrl) {
            throw new ParameterException(spec.commandLine(), "--console: " + noUrl.getMessage(), noUrl);
        }
    }

    private Optional<String> token() {
        String token = System.getenv(TOKEN_VARIABLE);
        if (tokenFile != null) {
            try {
                token = Files.readString(tokenFile);
            } catch (IOException unreadable) {
                throw new CommandFailure(
                        ExitCode.USAGE, "--token-file: " + tokenFile + " cannot be read as text", unreadable);
            }
        }
        Optional<String> mine = Optional.ofNullable(token).map(String::strip).filter(text -> !text.isEmpty());
        mine.ifPresent(Redaction::hide);
        return mine;
    }
}
