package io.firehole.architecture.seeded.ring.a;

import io.firehole.architecture.seeded.ring.b.Tail;

/** Bites its tail. */
public record Head(Tail tail) {}
