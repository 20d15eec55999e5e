package io.firehole.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.cli.console.ConsoleAnswer;
import io.firehole.cli.console.ConsoleClient;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Which running Firehole a command asks. */
final class ConsoleOption {

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
        try (ConsoleClient client = new ConsoleClient(url)) {
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
}
