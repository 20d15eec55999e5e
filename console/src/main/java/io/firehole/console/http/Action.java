package io.firehole.console.http;

import java.util.Set;

/** A resource that can be told to do something, by a POST. */
public interface Action extends Resource {

    /** The parameters a POST takes; any other one is a mistake. */
    Set<String> orders();

    /**
     * Does it. Any thread, and a virtual one: it may wait.
     *
     * @throws BadQueryException if a parameter has a value that is not allowed; then nothing was done
     */
    Reply post(Query query) throws BadQueryException;
}
