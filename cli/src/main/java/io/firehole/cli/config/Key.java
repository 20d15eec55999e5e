package io.firehole.cli.config;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A setting there is.
 *
 * @param path in the file, as in {@code pool.max-connections}
 * @param variable in the environment
 * @param variableUnit what a bare number in the variable counts, empty if it needs its unit as in the file
 * @param syntax how its value is written
 * @param fallback its value when nobody says anything; null if there is none
 * @param <T> its value's type
 */
record Key<T>(
        String path,
        String variable,
        String variableUnit,
        Syntax<T> syntax,
        @Nullable T fallback) {

    /** A key whose variable is named after its path. */
    static <T> Key<T> of(String path, Syntax<T> syntax, @Nullable T fallback) {
        String name = path.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
        return new Key<>(path, "FIREHOLE_" + name, "", syntax, fallback);
    }

    /** The same key with the variable's name that users know already. */
    Key<T> known(String name) {
        return new Key<>(path, name, variableUnit, syntax, fallback);
    }

    /** The same key with another value for when nobody says anything. */
    Key<T> or(T otherFallback) {
        return new Key<>(path, variable, variableUnit, syntax, otherFallback);
    }

    /** The same key, whose variable may be a number without unit. */
    Key<T> barely(String unit) {
        return new Key<>(path, variable, unit, syntax, fallback);
    }
}
