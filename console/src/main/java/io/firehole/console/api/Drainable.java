package io.firehole.console.api;

import java.time.Duration;

/** What the console can bring to an end: the program that it belongs to. Any thread; nothing here blocks. */
public interface Drainable {

    /**
     * Has it take nothing new, end what is open bit by bit, and then stop. Nothing more happens if it is on its way.
     *
     * @param now ends what is open at once, also if it is on its way
     */
    void drain(boolean now);

    /** How far it is. */
    State state();

    /**
     * How far it is.
     *
     * @param begun whether it is on its way
     * @param streams of clients that are open
     * @param left until all have ended, at most; how long it would take, before it has begun
     */
    record State(boolean begun, int streams, Duration left) {}
}
