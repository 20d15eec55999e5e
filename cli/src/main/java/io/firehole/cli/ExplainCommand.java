package io.firehole.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.firehole.cli.console.ConsoleClient;
import io.firehole.cli.console.Table;
import io.firehole.cli.console.Table.Column;
import io.firehole.filters.Base58;
import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.filters.RequestJsonException;
import io.firehole.filters.SubscribeRequests;
import io.firehole.filters.TransactionFacts;
import io.firehole.wire.capture.Capture;
import io.firehole.wire.capture.CaptureException;
import io.firehole.wire.proto.SubscribeUpdate;
import io.firehole.wire.proto.SubscribeUpdateTransaction;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says how one monitor is served, and why; or what its filters say to one transaction. */
@Command(
        name = "explain",
        header = "Say how a monitor is served, and why; or why it did or did not get a transaction.",
        description = {
            "",
            "Without --signature: the connection and stream that serve it and why, its filters, the label under which each"
                    + " travels to the provider and what it is united with, and who shares label and stream.",
            "",
            "With --signature: whether it would have got that transaction, by which of its filters, and which condition kept"
                    + " it from the others. The transaction is looked for among those that the pool received lately, or in"
                    + " a recording.",
            ""
        },
        footer = {
            "",
            "Example: firehole monitors explain pumpfun-price-monitor",
            "Example: firehole monitors explain pumpfun-price-monitor --signature 5VERv8NMvz...",
        })
final class ExplainCommand implements Callable<Integer> {

    private static final int SIGNATURE_BYTES = 64;
    private static final String INDENT = "    ";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls call
    private CommandSpec spec;

    @Parameters(paramLabel = "ID", description = "The monitor's id.")
    @SuppressWarnings("NullAway.Init")
    private String id;

    @Option(names = "--signature", paramLabel = "BASE58", description = "A transaction's first signature.")
    private @Nullable String signature;

    @Option(
            names = "--capture",
            paramLabel = "FILE",
            description = "Look for the transaction in this recording, and not in the pool's memory.")
    private @Nullable Path capture;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private ConsoleOption console;

    @Option(names = "--json", description = "What the console says, as one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        String path = "/api/grpc-pool/monitors/" + ConsoleClient.encoded(id);
        JsonNode data;
        List<String> lines;
        if (signature == null) {
            if (capture != null) {
                throw new ParameterException(spec.commandLine(), "--capture: needs --signature");
            }
            data = console.ask(path);
            lines = monitor(data);
        } else {
            Path recording = capture;
            data = recording == null
                    ? console.ask(path + "/explain?signature=" + ConsoleClient.encoded(signature))
                    : fromRecording(console.ask(path + "?whole=true"), recording, signature);
            lines = transaction(data, recording);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(data);
        } else {
            lines.forEach(out::println);
        }
        out.flush();
        return ExitCode.GOOD;
    }

    private static List<String> monitor(JsonNode data) {
        List<String> lines = new ArrayList<>();
        for (JsonNode stream : data.get("streams")) {
            lines.add(text(data.get("id")) + " (" + text(stream.get("group")) + ")");
            if (stream.get("stream").asLong() != 0) {
                lines.add("  stream " + text(stream.get("stream")) + " on connection " + text(stream.get("connection"))
                        + ": " + text(stream.get("description")));
            }
            lines.add("  why     " + text(stream.get("reason")));
            lines.add("  active  "
                    + (stream.get("activeFromSlot").isNull()
                            ? "not yet"
                            : "everything from slot " + text(stream.get("activeFromSlot")) + " on"
                                    + (stream.get("active").asBoolean() ? "" : "; a change is under way")));
            lines.add("  with    " + names(stream, "sharesStreamWith"));
            for (JsonNode filter : stream.get("filters")) {
                lines.addAll(filter(filter));
            }
        }
        return lines;
    }

    private static List<String> filter(JsonNode filter) {
        List<String> lines = new ArrayList<>();
        JsonNode union = filter.get("union");
        String label = filter.get("label").isNull() ? "" : "label " + text(filter.get("label"));
        String travels = label.isEmpty() ? "as it is" : label;
        if (!union.isNull()) {
            travels = union.get("filter").isNull()
                    ? "by Firehole's own filter, matched here"
                    : label + ", united with " + text(union.get("others")) + " others, matched here ("
                            + text(union.get("wanted")) + " of " + text(union.get("received")) + " were wanted)";
        }
        lines.add("  " + text(filter.get("kind")) + " \"" + text(filter.get("name")) + "\": " + travels);
        lines.add(INDENT + Table.plain(filter.get("filter").toString()));
        if (!union.isNull() && !union.get("filter").isNull()) {
            lines.add(INDENT + "upstream " + Table.plain(union.get("filter").toString()));
        }
        if (filter.get("sharesLabelWithCount").asLong() > 0) {
            lines.add(INDENT + "shared with " + names(filter, "sharesLabelWith"));
        }
        return lines;
    }

    private static String names(JsonNode node, String field) {
        List<String> names = new ArrayList<>();
        node.get(field).forEach(name -> names.add(text(name)));
        long more = node.get(field + "Count").asLong() - names.size();
        return names.isEmpty() ? "nobody else" : String.join(", ", names) + (more > 0 ? " and " + more + " more" : "");
    }

    private static List<String> transaction(JsonNode data, @Nullable Path recording) {
        List<String> lines = new ArrayList<>();
        if (!data.get("received").asBoolean()) {
            lines.add(recording == null ? notReceived(data.get("memory")) : "it is not in " + recording);
            return lines;
        }
        for (JsonNode stream : data.get("streams")) {
            lines.add((stream.get("passes").asBoolean() ? "yes" : "no") + ": the transaction is of slot "
                    + text(data.get("slot"))
                    + (stream.get("filters").isEmpty() ? ", and the monitor asks for no transactions" : ""));
            Table table = new Table(Column.words("KIND", 19), Column.words("FILTER", 24), Column.words("PASSES", 6));
            List<String> objections = new ArrayList<>();
            for (JsonNode verdict : stream.get("filters")) {
                boolean passes = verdict.get("passes").asBoolean();
                table.row(text(verdict.get("kind")), text(verdict.get("name")), passes ? "yes" : "no");
                if (!passes) {
                    objections.add("  " + text(verdict.get("kind")) + " \"" + text(verdict.get("name")) + "\": "
                            + text(verdict.get("objection")));
                }
            }
            if (!stream.get("filters").isEmpty()) {
                lines.addAll(table.lines());
                lines.addAll(objections);
            }
            if (!stream.get("caveat").isNull()) {
                lines.add("  but: " + text(stream.get("caveat")));
            }
        }
        return lines;
    }

    private static String notReceived(JsonNode memory) {
        if (memory.get("bytesMax").asLong() == 0) {
            return "not known: the pool remembers no transactions (pool.recent-transactions is 0B)";
        }
        return "not known: no stream of the pool received it, because no monitor's filters match it, or it is older than"
                + " what is remembered: " + text(memory.get("transactions")) + " transactions"
                + (memory.get("oldestSlot").isNull() ? "" : ", the oldest of slot " + text(memory.get("oldestSlot")));
    }

    /** The same answer as the console's, from a recording. */
    private JsonNode fromRecording(JsonNode monitor, Path recording, String wanted) {
        Optional<SubscribeUpdateTransaction> found = find(recording, wanted);
        ObjectNode data = new ObjectMapper()
                .createObjectNode()
                .put("id", id)
                .put("signature", wanted)
                .put("received", found.isPresent());
        ArrayNode streams = data.putArray("streams");
        if (found.isPresent()) {
            data.put("slot", found.get().getSlot());
            TransactionFacts facts = TransactionFacts.of(found.get().getTransaction());
            for (JsonNode stream : monitor.get("streams")) {
                ObjectNode node = streams.addObject();
                node.set("stream", stream.get("stream"));
                ArrayNode filters = node.putArray("filters");
                boolean[] passes = {false};
                filtersOf(stream).verdicts(facts).forEach(verdict -> {
                    passes[0] |= verdict.passes();
                    filters.addObject()
                            .put("kind", verdict.kind().fieldName())
                            .put("name", verdict.name())
                            .put("passes", verdict.passes())
                            .put("objection", verdict.objection().orElse(null));
                });
                node.put("passes", passes[0]).putNull("caveat");
            }
        }
        return data;
    }

    private static FilterSet filtersOf(JsonNode stream) {
        ObjectNode request = new ObjectMapper().createObjectNode();
        for (JsonNode filter : stream.get("filters")) {
            request.withObjectProperty(filter.get("kind").asText())
                    .set(filter.get("name").asText(), filter.get("filter"));
        }
        try {
            return FilterSet.compile(SubscribeRequests.fromJson(request.toString()), FilterLimits.UNLIMITED);
        } catch (RequestJsonException | InvalidFilterException otherVersion) {
            throw new CommandFailure(
                    ExitCode.FAILED,
                    "the console's filters cannot be read: " + otherVersion.getMessage(),
                    otherVersion);
        }
    }

    private Optional<SubscribeUpdateTransaction> find(Path recording, String wanted) {
        byte[] bytes;
        try {
            bytes = Base58.decode(wanted);
        } catch (IllegalArgumentException noBase58) {
            bytes = new byte[0];
        }
        if (bytes.length != SIGNATURE_BYTES) {
            throw new ParameterException(
                    spec.commandLine(), "--signature: must be " + SIGNATURE_BYTES + " bytes in base58");
        }
        ByteString sought = ByteString.copyFrom(bytes);
        try {
            return Capture.open(recording).updates().stream()
                    .filter(SubscribeUpdate::hasTransaction)
                    .map(SubscribeUpdate::getTransaction)
                    .filter(transaction ->
                            transaction.getTransaction().getSignature().equals(sought))
                    .findFirst();
        } catch (NoSuchFileException missing) {
            throw new CommandFailure(ExitCode.USAGE, "--capture: there is no file " + recording, missing);
        } catch (CaptureException broken) {
            throw new CommandFailure(ExitCode.FAILED, "--capture: " + broken.getMessage(), broken);
        } catch (IOException unreadable) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "--capture: " + recording + " cannot be read: " + unreadable.getMessage(),
                    unreadable);
        }
    }

    private static String text(JsonNode node) {
        return Table.plain(node.asText());
    }
}
