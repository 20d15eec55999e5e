package io.firehole.pool.merging;

import com.google.protobuf.Message;

/** A filter as it travels to the provider. Control thread. */
final class Label {

    static final int UNSENT = 0;

    final int number;
    final Filter filter;
    final Message message;

    /** The number of the first request of the present call that had it; {@link #UNSENT} before. */
    int since = UNSENT;

    /** Whether a request with it has ever been in effect: then the provider does not object to it. */
    boolean accepted;

    /** How many versions of seats use it. */
    int users;

    /** When its last user went. */
    long idleSinceNanos;

    Label(int number, Filter filter, Message message) {
        this.number = number;
        this.filter = filter;
        this.message = message;
    }

    boolean isSent() {
        return since != UNSENT;
    }
}
