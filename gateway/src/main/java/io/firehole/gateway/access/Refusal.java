package io.firehole.gateway.access;

/** Why calls are refused before they begin; also the label in figures. */
public enum Refusal {
    /** No token of ours. */
    TOKEN,
    /** Metadata that cannot be understood. */
    METADATA,
    /** More calls from one address than allowed in a time. */
    CALL_RATE,
    /** More streams on one connection than allowed. */
    STREAMS_ON_CONNECTION,
    /** More streams in all than allowed. */
    STREAMS,
    /** The pool takes no more. */
    POOL,
    /** Requests packed in a way we do not know. */
    ENCODING,
    /** A path that names no method. */
    METHOD,
    /** More calls of one monitor that are relayed than allowed. */
    RELAYED_CALLS,
    /** The gateway closes. */
    SHUTTING_DOWN
}
