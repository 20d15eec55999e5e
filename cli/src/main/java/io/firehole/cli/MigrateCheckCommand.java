package io.firehole.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firehole.cli.config.ConfigReader;
import io.firehole.cli.config.ConfigReader.FlagValue;
import io.firehole.cli.config.FireholeConfig;
import io.firehole.cli.config.InvalidConfigurationException;
import io.firehole.cli.config.Values;
import io.firehole.cli.console.Table;
import io.firehole.cli.logging.Redaction;
import io.firehole.cli.pilot.Difference;
import io.firehole.cli.pilot.Pilot;
import io.firehole.cli.pilot.PilotReport;
import io.firehole.cli.pilot.PilotSettings;
import io.firehole.cli.pilot.UnreachableException;
import io.firehole.cli.serve.DirectUpstream;
import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.pool.budget.BudgetSnapshot;
import io.firehole.wire.proto.SubscribeRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows for one monitor that it gets through the gateway what it gets without it. */
@Command(
        name = "migrate-check",
        header = "Compare a monitor's subscription through the gateway with a direct one.",
        description = {
            "",
            "Opens the same subscription twice, through the gateway and straight to the provider, and compares what comes,"
                    + " update by update, from the first slot that both have whole. The direct one takes one permit of the"
                    + " connection budget, from the same ledger as serve. Provider, token, budget and state are those of"
                    + " serve. Ends with 1 if anything differs, if a call fails, or if nothing came; with 3 if one of the two"
                    + " cannot be reached. See docs/migration.md.",
            ""
        },
        footer = {
            "",
            "Example: firehole migrate-check --monitor price-monitor --request price.json --for 5m",
            "Example: firehole migrate-check --monitor slots --request '{\"slots\": {\"all\": {}}}' --for 30s \\",
            "           --gateway 127.0.0.1:10000 --direct https://my.provider:443 --json"
        })
final class MigrateCheckCommand implements Callable<Integer> {

    private static final Duration TIME_MAX = Duration.ofDays(1);
    private static final int TOKEN_BYTES_MAX = 16 << 10;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls call
    private CommandSpec spec;

    @Option(
            names = "--monitor",
            required = true,
            paramLabel = "ID",
            description = "The monitor id under which the gateway is asked.")
    @SuppressWarnings("NullAway.Init")
    private String monitor;

    @Option(
            names = "--request",
            required = true,
            paramLabel = "FILE|JSON",
            description = "What the monitor asks: a SubscribeRequest as proto3 JSON, or a file that holds one.")
    @SuppressWarnings("NullAway.Init")
    private String request;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            defaultValue = "5m",
            description = "How long to compare, as in 30s. Default: ${DEFAULT-VALUE}")
    @SuppressWarnings("NullAway.Init")
    private String time;

    @Option(
            names = "--gateway",
            paramLabel = "HOST:PORT",
            description = "The gateway. Default: gateway.listen of the configuration.")
    private @Nullable String gateway;

    @Option(
            names = "--gateway-token-file",
            paramLabel = "FILE",
            description = "A file that holds the token the gateway wants to see, if it wants one.")
    private @Nullable Path gatewayTokenFile;

    @Option(
            names = "--direct",
            paramLabel = "URL",
            description = "The provider. Default: GRPC_URL, or upstream.endpoint of the configuration.")
    private @Nullable String direct;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The YAML file that serve runs with, for its budget, state and token.")
    private @Nullable Path file;

    @Option(
            names = "--several-nodes",
            description = "Do not compare created_at and write_version, which each server of a provider stamps for"
                    + " itself: for providers behind a load balancer.")
    private boolean severalNodes;

    @Option(
            names = "--json",
            description = "At the end one JSON object to stdout: {monitor, good, fromSlot, counts, total, outOfOrder,"
                    + " differences, laterNanos: {median, p99}, failure}; all else to stderr.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        Duration lasting = lasting();
        SubscribeRequest asked = asked();
        FireholeConfig config = config();
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter words = json ? spec.commandLine().getErr() : out;
        try (DirectUpstream upstream = DirectUpstream.open(config)) {
            PilotSettings settings = new PilotSettings(
                    monitor, asked, lasting, resolved(config), token(), upstream.transport(), severalNodes);
            words.println("Comparing monitor " + Table.plain(monitor) + " through the gateway at "
                    + Values.show(settings.gateway()) + " with a direct subscription at "
                    + config.upstream().authority() + " for " + Values.show(lasting) + ".");
            words.println("The direct one takes 1 permit of the connection budget, whose ledger is in " + config.state()
                    + ".");
            words.flush();
            Termination.heeded();
            PilotReport report = new Pilot(settings).run(MigrateCheckCommand::endIsWanted, so -> progress(so, words));
            summary(report).forEach(words::println);
            BudgetSnapshot budget = upstream.budget();
            words.println("permits taken: " + budget.granted() + "; left now: " + budget.available() + " of "
                    + budget.limit());
            words.flush();
            if (json) {
                out.println(document(report));
                out.flush();
            }
            return report.good() ? ExitCode.GOOD : ExitCode.FAILED;
        } catch (UnreachableException unreachable) {
            throw new CommandFailure(ExitCode.UNREACHABLE, String.valueOf(unreachable.getMessage()), unreachable);
        } catch (IOException noLedger) {
            throw new CommandFailure(ExitCode.USAGE, "state: " + noLedger.getMessage(), noLedger);
        }
    }

    private static boolean endIsWanted() {
        try {
            return Termination.await(Duration.ZERO);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private Duration lasting() {
        try {
            Duration lasting = Values.duration(time);
            if (lasting.isZero() || lasting.compareTo(TIME_MAX) > 0) {
                throw new IllegalArgumentException("must be more than 0s and at most 24h");
            }
            return lasting;
        } catch (IllegalArgumentException invalid) {
            throw wrong("--for: \"" + time + "\": " + invalid.getMessage(), invalid);
        }
    }

    private SubscribeRequest asked() {
        SubscribeRequest asked = RequestOption.read(request);
        try {
            FilterSet.compile(asked, FilterLimits.UNLIMITED);
        } catch (InvalidFilterException invalid) {
            throw wrong("--request: " + invalid.statusMessage() + " (" + invalid.where() + ")", invalid);
        }
        if (asked.hasFromSlot() || asked.hasPing()) {
            throw wrong("--request: must have no from_slot and no ping: what comes live is compared", null);
        }
        return asked;
    }

    private FireholeConfig config() {
        Map<String, FlagValue> flags = new HashMap<>();
        if (direct != null) {
            flags.put("upstream.endpoint", new FlagValue("--direct", direct));
        }
        if (gateway != null) {
            flags.put("gateway.listen", new FlagValue("--gateway", gateway));
        }
        try {
            return ConfigReader.read(flags, System.getenv(), file);
        } catch (InvalidConfigurationException invalid) {
            throw new CommandFailure(ExitCode.USAGE, String.join("\n", invalid.problems()), invalid);
        }
    }

    private InetSocketAddress resolved(FireholeConfig config) {
        try {
            return Values.resolved(config.gatewayListen());
        } catch (IllegalArgumentException unknown) {
            throw wrong((gateway == null ? "gateway.listen: " : "--gateway: ") + unknown.getMessage(), unknown);
        }
    }

    private Optional<String> token() {
        Path from = gatewayTokenFile;
        if (from == null) {
            return Optional.empty();
        }
        try {
            if (Files.size(from) > TOKEN_BYTES_MAX) {
                throw wrong("--gateway-token-file: " + from + " is larger than a token is", null);
            }
            String token = Files.readString(from).strip();
            Redaction.hide(token);
            return Optional.of(token);
        } catch (IOException unreadable) {
            throw wrong("--gateway-token-file: " + from + " cannot be read as text", unreadable);
        }
    }

    private ParameterException wrong(String message, @Nullable Throwable cause) {
        return new ParameterException(spec.commandLine(), message, cause);
    }

    private static void progress(PilotReport report, PrintWriter words) {
        words.println(line(report));
        words.flush();
    }

    private static String line(PilotReport report) {
        return String.format(
                Locale.ROOT,
                "%,d updates the same, %,d different%s",
                report.total().same(),
                report.total().different(),
                later(report));
    }

    private static String later(PilotReport report) {
        if (report.medianNanos().isEmpty()) {
            return "";
        }
        return String.format(
                Locale.ROOT,
                "; through the gateway %+.2f ms in the median, %+.2f ms at the 99th percentile",
                report.medianNanos().getAsLong() / 1e6,
                report.p99Nanos().orElse(0) / 1e6);
    }

    private static List<String> summary(PilotReport report) {
        Table counts = new Table(
                Table.Column.words("KIND", 20),
                Table.Column.number("SAME", 12),
                Table.Column.number("MISSING", 10),
                Table.Column.number("EXTRA", 10),
                Table.Column.number("CHANGED", 10));
        report.counts()
                .forEach((kind, count) ->
                        counts.row(kind, count.same(), count.missing(), count.extra(), count.changed()));
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.addAll(counts.lines());
        report.fromSlot().ifPresent(slot -> lines.add("compared from slot " + slot + " on"));
        if (report.outOfOrder() > 0) {
            lines.add(report.outOfOrder() + " came through the gateway in another order");
        }
        for (Difference difference : report.differences()) {
            lines.add("  " + difference.what().word() + ": " + difference.kind() + " " + difference.identity()
                    + " of slot " + difference.slot() + " (" + Table.plain(difference.names()) + ")");
        }
        report.failure().ifPresent(failure -> lines.add(Table.plain(failure)));
        if (report.total().same() == 0) {
            lines.add("no update came on both ways: nothing has been shown");
        }
        lines.add((report.good() ? "good: " : "FAILED: ") + line(report));
        return lines;
    }

    private ObjectNode document(PilotReport report) {
        ObjectNode document = new ObjectMapper().createObjectNode();
        document.put("monitor", monitor).put("good", report.good());
        report.fromSlot().ifPresentOrElse(slot -> document.put("fromSlot", slot), () -> document.putNull("fromSlot"));
        ObjectNode counts = document.putObject("counts");
        report.counts().forEach((kind, count) -> put(counts.putObject(kind), count));
        put(document.putObject("total"), report.total());
        document.put("outOfOrder", report.outOfOrder());
        ArrayNode differences = document.putArray("differences");
        for (Difference difference : report.differences()) {
            differences
                    .addObject()
                    .put("what", difference.what().word())
                    .put("kind", difference.kind())
                    .put("slot", difference.slot())
                    .put("identity", difference.identity())
                    .put("names", difference.names());
        }
        ObjectNode later = document.putObject("laterNanos");
        put(later, "median", report.medianNanos());
        put(later, "p99", report.p99Nanos());
        report.failure()
                .ifPresentOrElse(failure -> document.put("failure", failure), () -> document.putNull("failure"));
        return document;
    }

    private static void put(ObjectNode node, PilotReport.Count count) {
        node.put("same", count.same())
                .put("missing", count.missing())
                .put("extra", count.extra())
                .put("changed", count.changed());
    }

    private static void put(ObjectNode node, String name, OptionalLong value) {
        if (value.isPresent()) {
            node.put(name, value.getAsLong());
        } else {
            node.putNull(name);
        }
    }
}
