package io.firehole.pool.budget.ledger;

/** What a provider can count. */
public enum AttemptKind {
    /** A TCP connection is opened. */
    CONNECT,
    /** A {@code Subscribe} call is made. */
    SUBSCRIBE
}
