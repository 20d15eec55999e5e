package io.firehole.pool;

import io.firehole.pool.merging.Subscription;
import io.firehole.pool.routing.Recipient;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A monitor's place on a stream of the provider. Control thread. */
interface Place {

    /** The stream. */
    Upstream<?> stream();

    /** Whether that can be asked in this place instead of what is asked now. */
    boolean accepts(Subscription subscription);

    /** Asks for something else in this place. */
    void change(Subscription subscription);

    /** Gives it up. */
    void leave();

    /** Whether the provider has been seen to serve any request made in it, on the present call. */
    boolean isServed();

    /** Whether the provider has been seen to serve it, by the newest request. */
    boolean isNewestActive();

    /** Why its monitor is in it, for people. */
    String reason();

    /** How each filter of the newest request made in it travels. */
    List<MonitorExplanation.Filter> filters();

    /** The first slot of which everything comes, once it has begun. */
    OptionalLong activeFromSlot();

    /**
     * From which slot on its monitor has had everything up to {@link Upstream#wholeTo}: that of {@link #activeFromSlot}, also
     * while it is still to get what it missed since. Empty if nothing is known.
     */
    OptionalLong wholeFromSlot();

    /** Whether its monitor has not left it. */
    boolean isHeld();

    /** It is served here when that is done, since it asked for a replay. */
    void recoversBy(Recovery recovery);

    /** A way into its monitor's mailbox for what comes before all that its next call brings. */
    Recipient another();

    /** Its monitor as the present call sees it. */
    Recipient recipient();

    /**
     * What to ask in another place that goes on from here; empty if it cannot be left without loss at the moment, since a
     * replay has not begun.
     */
    Optional<Subscription> onward();

    /** Whether the provider is known to take what is asked in it. */
    boolean isAccepted();

    /**
     * Its monitor, which came from another place, is served here from now on, if anywhere.
     *
     * @param wholeFrom the first slot of which it has had everything of what is asked here, if it had that where it was and
     *     got everything on the way
     */
    void arrived(OptionalLong wholeFrom);

    /**
     * The first slot of which whoever goes on from here with that has had everything of it; empty if something else is asked
     * here, or if the provider has not yet been seen to serve it.
     */
    default OptionalLong wholeFromSlot(Subscription subscription) {
        boolean same = onward().filter(here -> here.request().equals(subscription.request()))
                .isPresent();
        return same && isNewestActive() ? activeFromSlot() : OptionalLong.empty();
    }
}
