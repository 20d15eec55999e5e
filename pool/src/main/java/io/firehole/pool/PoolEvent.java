package io.firehole.pool;

/**
 * Something that happened to a monitor or a stream and that a person may want to know the reason of.
 *
 * @param atNanos when, by the pool's clock
 * @param kind what kind of thing, in a few words that never change for the same kind, such as {@code refused}
 * @param monitorId whom it concerns; empty if nobody in particular
 * @param text what happened and why, in one sentence
 */
public record PoolEvent(long atNanos, String kind, String monitorId, String text) {}
