package io.firehole.pool.merging;

import com.google.protobuf.Message;

/** A filter as it travels to the provider. Control thread. */
final class Label {

    static final int UNSENT = 0;

    /** Tags and lengths of a map entry, its key and its value, and a label of at most eight characters. */
    private static final int FRAME_BYTES_MAX = 24;

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

    /** What it adds to a request at the most: the filter, its label, and what frames the two. */
    int sizeBytes() {
        return message.getSerializedSize() + FRAME_BYTES_MAX;
    }

    boolean isSent() {
        return since != UNSENT;
    }
}
