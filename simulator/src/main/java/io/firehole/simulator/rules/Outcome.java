package io.firehole.simulator.rules;

/** What became of one TCP connection at its accept. */
public enum Outcome {
    /** Served. */
    ACCEPTED("accepted", false),
    /** Beyond the rate of new connections: every call on it is answered with HTTP 429. */
    LIMITED("limited-429", true),
    /** Beyond the rate of new connections: closed at once. */
    LIMIT_CLOSED("limited-closed", true),
    /** Beyond the number of connections open at the same time: closed at once. */
    TOO_MANY("too-many-closed", true),
    /** Closed at once because a fault was asked for. */
    FAULT("fault-refused", true),
    /** Closed as soon as it spoke HTTP/2, because a fault was asked for. */
    FAULT_HTTP2("fault-http2-closed", true);

    private final String text;
    private final boolean refused;

    Outcome(String text, boolean refused) {
        this.text = text;
        this.refused = refused;
    }

    /** As the report writes it. */
    public String text() {
        return text;
    }

    /** Whether it stays open behind the accept. */
    boolean opens() {
        return this == ACCEPTED || this == LIMITED || this == FAULT_HTTP2;
    }

    /** Whether the client could not use the connection. */
    public boolean refused() {
        return refused;
    }
}
