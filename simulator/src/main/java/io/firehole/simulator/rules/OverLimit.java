package io.firehole.simulator.rules;

/** What a provider does with a connection beyond its rate of new ones. */
public enum OverLimit {
    /** Takes the connection and answers every call on it with HTTP status 429, as a load balancer does. */
    HTTP_429,
    /** Takes the connection and closes it at once, without one byte. */
    CLOSE
}
