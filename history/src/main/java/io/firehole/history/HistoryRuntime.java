package io.firehole.history;

import io.firehole.pool.time.ControlThread;
import java.time.InstantSource;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * Time, threads and chance of a history. Its threads are its own: it closes them.
 *
 * @param clock the time of day
 * @param recorder owns the file
 * @param forwarder talks to the database
 * @param random for pauses between attempts and for the number of a life
 */
record HistoryRuntime(InstantSource clock, ControlThread recorder, ControlThread forwarder, RandomGenerator random) {

    static HistoryRuntime system() {
        return new HistoryRuntime(
                InstantSource.system(),
                ControlThread.start("firehole-history"),
                ControlThread.start("firehole-history-forward"),
                new Random());
    }
}
