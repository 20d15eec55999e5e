package io.firehole.cli.config;

import java.util.function.Function;

/**
 * How a kind of value is written.
 *
 * @param parse the text's value; an {@link IllegalArgumentException} says what is wrong and what is allowed
 * @param show the value as it would be written
 * @param <T> the value's type
 */
record Syntax<T>(Function<String, T> parse, Function<T, String> show) {}
