package io.firehole.cli.pilot;

/** One way to a subscription, while it is open. Any thread. */
interface Subscriber extends AutoCloseable {

    /** Answers a ping of the server, which may close calls that stay silent. */
    void answerPing();

    /** Ends it; nothing is told afterwards but its end. */
    @Override
    void close();
}
