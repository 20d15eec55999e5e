package io.firehole.architecture.seeded.low;

import io.firehole.architecture.seeded.high.Attic;

/** Sees upwards, against the arrows. */
public record Cellar(Attic above) {}
