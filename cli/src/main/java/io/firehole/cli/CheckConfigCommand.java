package io.firehole.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.firehole.cli.config.ConfigReader;
import io.firehole.cli.config.FireholeConfig;
import io.firehole.cli.config.InvalidConfigurationException;
import io.firehole.cli.config.Setting;
import io.firehole.filters.profile.Figure;
import io.firehole.filters.profile.ProviderProfile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what {@code serve} would run with, and why; connects to nobody. */
@Command(
        name = "check-config",
        header = "Check a configuration and show every value with where it comes from.",
        description = {
            "",
            "Reads the file, the environment and the defaults as serve does, and connects to nobody. Shows as well what"
                    + " the provider's profile allows, each figure with its source. Ends with 2 if anything is wrong, having"
                    + " said all that is.",
            ""
        },
        footer = {"", "Example: firehole check-config firehole.yaml"})
final class CheckConfigCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before it calls call
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "The YAML file; without it only the environment.")
    private @Nullable Path file;

    @Option(
            names = "--json",
            description = "One JSON object: {valid, settings: [{key, value, origin}], profile: {name, title, figures:"
                    + " [{key, value, source, date}]}, errors, warnings}.")
    private boolean json;

    @Override
    public Integer call() {
        try {
            FireholeConfig config = ConfigReader.read(Map.of(), System.getenv(), file);
            if (json) {
                printJson(true, Optional.of(config), List.of());
            } else {
                print(config);
            }
            return ExitCode.GOOD;
        } catch (InvalidConfigurationException invalid) {
            if (json) {
                printJson(false, Optional.empty(), invalid.problems());
                return ExitCode.USAGE;
            }
            throw new CommandFailure(ExitCode.USAGE, String.join("\n", invalid.problems()), invalid);
        }
    }

    private void print(FireholeConfig config) {
        PrintWriter out = spec.commandLine().getOut();
        int keys = longest(config.settings().stream().map(Setting::key).toList());
        int values = longest(config.settings().stream().map(Setting::value).toList());
        for (Setting setting : config.settings()) {
            out.printf("%-" + keys + "s  %-" + values + "s  %s%n", setting.key(), setting.value(), setting.origin());
        }
        print(out, config.pool().profile());
        out.flush();
        config.warnings().forEach(warning -> spec.commandLine().getErr().println("firehole: warning: " + warning));
        spec.commandLine().getErr().flush();
    }

    private static void print(PrintWriter out, ProviderProfile profile) {
        out.printf("%nprofile %s: %s%n", profile.name(), profile.title());
        Collection<Figure> figures = profile.figures().values();
        int keys = longest(figures.stream().map(Figure::key).toList());
        int values = longest(figures.stream().map(Figure::value).toList());
        for (Figure figure : figures) {
            out.printf(
                    "  %-" + keys + "s  %-" + values + "s  %s (%s)%n",
                    figure.key(),
                    figure.value(),
                    figure.source(),
                    figure.date());
        }
    }

    private static int longest(List<String> texts) {
        return texts.stream().mapToInt(String::length).max().orElse(1);
    }

    private void printJson(boolean valid, Optional<FireholeConfig> config, List<String> errors) {
        ObjectNode document = new ObjectMapper().createObjectNode().put("valid", valid);
        ArrayNode array = document.putArray("settings");
        for (Setting setting : config.map(FireholeConfig::settings).orElse(List.of())) {
            array.addObject()
                    .put("key", setting.key())
                    .put("value", setting.value())
                    .put("origin", setting.origin().toString());
        }
        config.map(read -> read.pool().profile()).ifPresent(profile -> {
            ObjectNode shown =
                    document.putObject("profile").put("name", profile.name()).put("title", profile.title());
            ArrayNode figures = shown.putArray("figures");
            for (Figure figure : profile.figures().values()) {
                figures.addObject()
                        .put("key", figure.key())
                        .put("value", figure.value())
                        .put("source", figure.source())
                        .put("date", figure.date());
            }
        });
        errors.forEach(document.putArray("errors")::add);
        ArrayNode warnings = document.putArray("warnings");
        config.ifPresent(read -> read.warnings().forEach(warnings::add));
        spec.commandLine().getOut().println(document.toPrettyString());
        spec.commandLine().getOut().flush();
    }
}
