package io.firehole.cli.config;

/**
 * One effective value, as a person reads it.
 *
 * @param key the path in the file
 * @param value as it would be written there; a secret is {@code (hidden)}
 * @param origin where it comes from
 */
public record Setting(String key, String value, Origin origin) {}
