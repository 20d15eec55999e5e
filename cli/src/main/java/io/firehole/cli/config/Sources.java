package io.firehole.cli.config;

import io.firehole.cli.config.ConfigReader.FlagValue;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What flags, environment and file say of each key. Every value that is asked for is written down with its origin, and what is
 * wrong with it among the problems. One thread.
 */
final class Sources {

    private final Map<String, FlagValue> flags;
    private final Map<String, String> environment;
    private final @Nullable Path file;
    private final FileEntries entries;
    private final List<Setting> settings;
    private final List<String> problems;

    /**
     * Reads the file.
     *
     * @param flags by the path of the key they overrule
     * @param environment the process's variables
     * @param file null if there is none
     * @param settings takes each value with its origin
     * @param problems takes what is wrong
     */
    Sources(
            Map<String, FlagValue> flags,
            Map<String, String> environment,
            @Nullable Path file,
            List<Setting> settings,
            List<String> problems) {
        this.flags = flags;
        this.environment = environment;
        this.file = file;
        this.entries = file == null ? FileEntries.none() : FileEntries.of(file, problems);
        this.settings = settings;
        this.problems = problems;
    }

    /** The value from the first source that has one; null if that one is faulty, or if there is none. */
    <T> @Nullable T value(Key<T> key) {
        FlagValue flag = flags.get(key.path());
        if (flag != null) {
            return parsed(key, flag.text(), new Origin.Flag(flag.name()));
        }
        String variable = environment.get(key.variable());
        if (variable != null && !variable.isBlank()) {
            boolean bare = !key.variableUnit().isEmpty() && variable.strip().matches("\\d+");
            return parsed(
                    key, bare ? variable.strip() + key.variableUnit() : variable, new Origin.Variable(key.variable()));
        }
        FileEntries.Entry entry = entries.get(key.path());
        if (entry != null) {
            return parsed(key, entry.text(), entry.origin());
        }
        return fallback(key, key.fallback());
    }

    /** The value; the fallback if it is faulty, or if there is none. */
    <T> T orDefault(Key<T> key, T fallback) {
        T value = value(key);
        return value == null ? fallback : value;
    }

    /** The value, or what the provider's profile makes of it if nobody says anything. */
    <T> T orPermitted(Key<T> key, T usual, ProfileDefaults permitted) {
        if (said(key) || usual.equals(key.fallback())) {
            return orDefault(key, usual);
        }
        settings.add(new Setting(key.path(), shown(key, usual), permitted.origin()));
        return usual;
    }

    /** A path in a file is meant from where that file is. */
    @Nullable
    Path path(Key<Path> key) {
        Path path = value(key);
        Path folder = file == null ? null : file.toAbsolutePath().getParent();
        return path == null || path.isAbsolute() || folder == null ? path : folder.resolve(path);
    }

    /** Whether any source has it. */
    boolean said(Key<?> key) {
        String variable = environment.get(key.variable());
        return flags.containsKey(key.path())
                || (variable != null && !variable.isBlank())
                || entries.get(key.path()) != null;
    }

    private <T> @Nullable T fallback(Key<T> key, @Nullable T fallback) {
        settings.add(new Setting(key.path(), fallback == null ? "(none)" : shown(key, fallback), new Origin.Default()));
        return fallback;
    }

    private <T> @Nullable T parsed(Key<T> key, String text, Origin origin) {
        try {
            T value = key.syntax().parse().apply(text);
            settings.add(new Setting(key.path(), shown(key, value), origin));
            return value;
        } catch (IllegalArgumentException invalid) {
            // Somebody may have put a token or a password into a URL: what stands there is not repeated.
            boolean secret =
                    key.path().equals(Keys.ENDPOINT.path()) || key.path().endsWith(".url");
            String written = secret ? "" : " is \"" + text + "\"";
            problems.add(origin + ": " + key.path() + written + ": " + withoutSubject(invalid.getMessage()));
            return null;
        }
    }

    /** Some values begin what is wrong with their own name, which the key says already. */
    static String withoutSubject(@Nullable String message) {
        return String.valueOf(message).replaceFirst("^(endpoint|budget): ", "");
    }

    /** A value as a person reads it. */
    static <T> String shown(Key<T> key, T value) {
        String text = key.syntax().show().apply(value);
        return text.isEmpty() ? "(none)" : text;
    }
}
