package io.firehole.pool.budget;

/** A place in the queue for permits. */
public interface PermitRequest {

    /**
     * Gives the place up. Any thread; idempotent.
     *
     * @return true if no answer will come any more; false if it has come or is on its way
     */
    boolean cancel();
}
