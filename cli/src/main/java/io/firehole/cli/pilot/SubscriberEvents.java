package io.firehole.cli.pilot;

import io.firehole.wire.proto.SubscribeUpdate;

/** What a {@link Subscriber} tells, on a thread of its own that must not be held up. */
interface SubscriberEvents {

    /** The server has taken the call. */
    void opened();

    /** The next update. */
    void update(SubscribeUpdate update);

    /**
     * Nothing follows.
     *
     * @param why for people
     */
    void ended(String why);
}
