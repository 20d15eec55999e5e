package io.firehole.filters.profile;

/**
 * One thing a provider allows, and how we know.
 *
 * @param key which; see {@link ProviderProfile#KEYS}
 * @param value as it is written
 * @param source where it stands
 * @param date when it stood there, as {@code 2026-08-22}, or less exactly
 */
public record Figure(String key, String value, String source, String date) {

    public Figure {
        if (source.isBlank() || date.isBlank()) {
            throw new IllegalArgumentException(key + ": a figure has a source and a date");
        }
    }
}
