package io.firehole.cli.demo;

import java.time.Duration;

/** Tells whether somebody wants an end. */
@FunctionalInterface
public interface StopSignal {

    /** Waits that long, or until an end is wanted; true if it is. */
    boolean await(Duration atMost) throws InterruptedException;
}
