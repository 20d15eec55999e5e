package io.firehole.pool.budget;

/** How a provider shows that it does not want another connection or call now. */
public enum ProviderRefusal {
    /** HTTP status 429 in answer to a call. */
    HTTP_429,
    /** A call ended with RESOURCE_EXHAUSTED before its first message. */
    RESOURCE_EXHAUSTED,
    /** A call ended with UNAVAILABLE before its first message, and the provider's words speak of a limit. */
    UNAVAILABLE_FOR_A_LIMIT,
    /** The TCP connection was accepted and closed before HTTP/2 was set up. */
    ACCEPTED_AND_CLOSED
}
