package io.firehole.console.api;

/**
 * One value of the configuration, as people read it.
 *
 * @param key its path in the file
 * @param value as it would be written there; never a secret
 * @param origin where it comes from
 */
public record ShownSetting(String key, String value, String origin) {}
