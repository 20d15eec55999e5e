package io.firehole.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firehole.filters.FilterKind;
import io.firehole.filters.InvalidFilterException;
import io.firehole.filters.tally.CaptureTally;
import io.firehole.filters.tally.Tally;
import io.firehole.wire.capture.Capture;
import io.firehole.wire.capture.CaptureException;
import io.firehole.wire.proto.SubscribeRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what a request's filters let pass of a recording. */
@Command(
        name = "try-filter",
        header = "Apply a SubscribeRequest to a recording: how much does each filter pass?",
        description = {
            "",
            "Prints for each filter, and for all together, the number of updates and the SHA-256 of their identifiers"
                    + " (see data/README.md), so that two ways to write a filter can be compared.",
            ""
        },
        footer = {
            "",
            "Example: firehole try-filter --capture data/mainnet-361774429.capture.gz \\",
            "           --request '{\"transactions\": {\"pump\": {\"accountInclude\":"
                    + " [\"6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P\"]}}}'"
        })
final class TryFilterCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls call
    private CommandSpec spec;

    @Option(names = "--capture", required = true, paramLabel = "FILE", description = "The recording.")
    @SuppressWarnings("NullAway.Init")
    private Path capture;

    @Option(
            names = "--request",
            required = true,
            paramLabel = "FILE|JSON",
            description = "A SubscribeRequest as proto3 JSON, or a file that holds one.")
    @SuppressWarnings("NullAway.Init")
    private String request;

    @Option(names = "--json", description = "One JSON object: {filters: {KIND: {NAME: {count, sha256}}}, total}.")
    private boolean json;

    @Override
    public Integer call() {
        SubscribeRequest parsed = RequestOption.read(request);
        try {
            CaptureTally tally = CaptureTally.of(Capture.open(capture), parsed);
            if (json) {
                printJson(tally);
            } else {
                print(tally);
            }
            return ExitCode.GOOD;
        } catch (InvalidFilterException invalid) {
            throw usage("--request: " + invalid.statusMessage() + " (" + invalid.where() + ")", invalid);
        } catch (NoSuchFileException missing) {
            throw usage("--capture: there is no file " + capture, missing);
        } catch (CaptureException broken) {
            throw new CommandFailure(ExitCode.FAILED, "--capture: " + broken.getMessage(), broken);
        } catch (IOException unreadable) {
            throw usage("--capture: " + capture + " cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }

    private static CommandFailure usage(String message, Throwable cause) {
        return new CommandFailure(ExitCode.USAGE, message, cause);
    }

    private void print(CaptureTally tally) {
        PrintWriter out = spec.commandLine().getOut();
        String line = "%-22s %9s  %-64s  %s%n";
        out.printf(line, "kind", "updates", "sha256", "filter");
        tally.filters()
                .forEach((kind, byName) -> byName.forEach(
                        (name, passed) -> out.printf(line, kind.fieldName(), passed.count(), passed.sha256(), name)));
        Tally total = tally.total();
        out.printf(line, "total", total.count(), total.sha256(), "");
        out.flush();
    }

    private void printJson(CaptureTally tally) {
        ObjectNode document = new ObjectMapper().createObjectNode();
        ObjectNode filters = document.putObject("filters");
        for (Map.Entry<FilterKind, Map<String, Tally>> kind : tally.filters().entrySet()) {
            ObjectNode names = filters.putObject(kind.getKey().fieldName());
            kind.getValue().forEach((name, passed) -> put(names.putObject(name), passed));
        }
        put(document.putObject("total"), tally.total());
        spec.commandLine().getOut().println(document);
        spec.commandLine().getOut().flush();
    }

    private static void put(ObjectNode node, Tally tally) {
        node.put("count", tally.count()).put("sha256", tally.sha256());
    }
}
