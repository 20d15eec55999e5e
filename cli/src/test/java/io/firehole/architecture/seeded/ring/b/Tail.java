package io.firehole.architecture.seeded.ring.b;

import io.firehole.architecture.seeded.ring.a.Head;

/** Bites its head. */
public record Tail(Head head) {}
