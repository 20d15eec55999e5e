package io.firehole.pool.merging;

/** One filter that somebody asks for, under whatever label it travels. Control thread. */
final class Ask {

    static final int UNSENT = 0;

    final Filter filter;

    /** The number of the first request of the present call from which on it has been asked; {@link #UNSENT} if it is not. */
    int since = UNSENT;

    /** Whether a request with it has ever been in effect: then the provider does not object to it. */
    boolean accepted;

    /** How many versions of seats use it. */
    int users;

    /** When its last user went. */
    long idleSinceNanos;

    Ask(Filter filter) {
        this.filter = filter;
    }

    boolean isSent() {
        return since != UNSENT;
    }
}
