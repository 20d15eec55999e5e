package io.firehole.simulator.faults;

/** Where faults strike: the provider's open connections and its chain. Any thread. */
public interface FaultSite {

    /**
     * Strikes the open connections that the fault concerns.
     *
     * @return how many these are
     */
    int strike(Fault fault);

    /** How many open connections the fault concerns. */
    int concerned(Fault fault);

    /** Lets the next slot die. */
    void killNextSlot();

    /** Ends what is going on at the open connections: those stalled or slowed flow again. */
    void release();
}
