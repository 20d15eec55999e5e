package io.firehole.architecture.seeded.high;

/** Stands above all. */
public record Attic(String name) {}
