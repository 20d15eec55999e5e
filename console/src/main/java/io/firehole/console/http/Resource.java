package io.firehole.console.http;

import java.util.Set;

/** What stands behind one path. Any thread, and a virtual one when asked: it may wait. */
public interface Resource {

    /** The parameters it takes; any other one is a mistake. */
    Set<String> parameters();

    /**
     * Answers a GET.
     *
     * @throws BadQueryException if a parameter has a value that is not allowed
     */
    Reply get(Query query) throws BadQueryException;
}
