package io.firehole.cli.config;

import io.firehole.cli.config.YamlNode.Mapping;
import io.firehole.cli.config.YamlNode.Scalar;
import io.firehole.cli.config.YamlNode.Sequence;
import io.firehole.cli.config.YamlNode.SyntaxException;
import io.firehole.filters.NearestName;
import io.firehole.filters.profile.ProviderProfile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The keys that a configuration file sets, each with its text and line; what is no key of ours is a problem. */
final class FileEntries {

    /** Configurations have some dozens of lines; nobody means to have one this long read. */
    private static final long FILE_BYTES_MAX = 1 << 20;

    private static final String MAX = "max";
    private static final String PER = "per";
    private static final List<String> RULE_KEYS = List.of(MAX, PER, "counts", "algorithm", "scope");

    private final String name;
    private final List<String> problems;
    private final Map<String, Entry> entries = new HashMap<>();

    /** What stands behind a key. */
    record Entry(String text, Origin.Line origin) {}

    private FileEntries(String name, List<String> problems) {
        this.name = name;
        this.problems = problems;
    }

    /** Those of no file at all. */
    static FileEntries none() {
        return new FileEntries("", new ArrayList<>());
    }

    /** Reads a file; what is wrong with it goes to {@code problems}. */
    static FileEntries of(Path file, List<String> problems) {
        FileEntries entries = new FileEntries(file.toString(), problems);
        try {
            if (Files.isRegularFile(file) && Files.size(file) > FILE_BYTES_MAX) {
                problems.add(file + ": larger than " + Values.showBytes(FILE_BYTES_MAX) + "; no configuration is");
            } else {
                entries.walk("", YamlNode.parse(Files.readString(file)));
            }
        } catch (NoSuchFileException missing) {
            problems.add(file + ": there is no such file");
        } catch (CharacterCodingException garbled) {
            problems.add(file + ": not UTF-8 text");
        } catch (IOException unreadable) {
            problems.add(file + ": cannot be read: " + unreadable.getMessage());
        } catch (SyntaxException malformed) {
            problems.add(file + ":" + malformed.line() + ": " + malformed.getMessage());
        }
        return entries;
    }

    /** What the file says of this key; null if nothing. */
    @Nullable
    Entry get(String path) {
        return entries.get(path);
    }

    private void walk(String prefix, YamlNode node) {
        if (!(node instanceof Mapping mapping)) {
            if (!(node instanceof Scalar scalar && scalar.text().isEmpty())) {
                problem(
                        node,
                        (prefix.isEmpty() ? "the file" : prefix.substring(0, prefix.length() - 1))
                                + " holds keys of its own: " + String.join(", ", childrenOf(prefix)));
            }
            return;
        }
        mapping.entries().forEach((child, value) -> {
            String path = prefix + child;
            if (Keys.ALL.stream().anyMatch(key -> key.path().equals(path))) {
                leaf(path, value);
            } else if (!childrenOf(path + ".").isEmpty()) {
                walk(path + ".", value);
            } else {
                unknown(prefix, child, value);
            }
        });
    }

    private void leaf(String path, YamlNode node) {
        int problemsBefore = problems.size();
        String text = text(path, node);
        if (problems.size() > problemsBefore) {
            return;
        }
        if (text.isEmpty() && !(node instanceof Sequence)) {
            problem(node, path + " has no value; without the line the default holds");
        } else {
            entries.put(path, new Entry(text, new Origin.Line(name, node.line())));
        }
    }

    /** Lists become what the same value looks like in a variable. */
    private String text(String path, YamlNode node) {
        return switch (node) {
            case Scalar scalar -> scalar.text();
            case Sequence sequence ->
                String.join(
                        ", ",
                        sequence.items().stream().map(item -> item(path, item)).toList());
            case Mapping mapping when path.equals(Keys.LIMITS.path()) -> limits(mapping);
            case Mapping mapping -> {
                problem(mapping, path + " has a value, not keys of its own");
                yield "";
            }
        };
    }

    /** Figures that overrule a provider's profile; their keys may be written with dots or one in the other. */
    private String limits(Mapping mapping) {
        Map<String, String> limits = new LinkedHashMap<>();
        collect("", mapping, limits);
        return ProfileSyntax.text(limits);
    }

    private void collect(String prefix, Mapping mapping, Map<String, String> limits) {
        mapping.entries().forEach((child, value) -> {
            String key = prefix + child;
            if (value instanceof Mapping deeper) {
                collect(key + ".", deeper, limits);
            } else if (ProviderProfile.KEYS.contains(key)) {
                limits.put(key, text(Keys.LIMITS.path() + "." + key, value));
            } else {
                problem(value, ProfileSyntax.unknown(key));
            }
        });
    }

    private String item(String path, YamlNode item) {
        if (path.equals(Keys.BUDGET.path()) && item instanceof Mapping rule) {
            return rule(path, rule);
        }
        if (item instanceof Scalar scalar && !scalar.text().contains(",")) {
            return scalar.text();
        }
        problem(item, path + " is a list of single values without commas");
        return "";
    }

    private String rule(String path, Mapping rule) {
        for (Map.Entry<String, YamlNode> entry : rule.entries().entrySet()) {
            if (!RULE_KEYS.contains(entry.getKey())) {
                unknown(path + "[].", entry.getKey(), rule);
                return "";
            }
            if (!(entry.getValue() instanceof Scalar)) {
                problem(rule, path + ": " + entry.getKey() + " is a single value");
                return "";
            }
        }
        String max = scalar(rule, MAX);
        String per = scalar(rule, PER);
        if (max.isEmpty() || per.isEmpty()) {
            problem(rule, path + ": a rule needs max and per, as in {max: 60, per: 60s}");
        }
        return RuleSyntax.text(max, per, scalar(rule, "counts"), scalar(rule, "algorithm"), scalar(rule, "scope"));
    }

    private static String scalar(Mapping mapping, String key) {
        return mapping.entries().get(key) instanceof Scalar scalar ? scalar.text() : "";
    }

    private void unknown(String prefix, String child, YamlNode where) {
        Set<String> known = prefix.endsWith("[].") ? new TreeSet<>(RULE_KEYS) : childrenOf(prefix);
        String parent = prefix.isEmpty() ? "here" : "in " + prefix.substring(0, prefix.length() - 1);
        problem(
                where,
                "unknown key \"" + child + "\" " + parent + "; "
                        + NearestName.to(child, known)
                                .map(nearest -> "did you mean \"" + nearest + "\"?")
                                .orElse("there are: " + String.join(", ", known)));
    }

    private static Set<String> childrenOf(String prefix) {
        Set<String> children = new TreeSet<>();
        for (Key<?> key : Keys.ALL) {
            if (key.path().startsWith(prefix)) {
                String rest = key.path().substring(prefix.length());
                children.add(rest.contains(".") ? rest.substring(0, rest.indexOf('.')) : rest);
            }
        }
        return children;
    }

    private void problem(YamlNode where, String what) {
        problems.add(name + ":" + where.line() + ": " + what);
    }
}
