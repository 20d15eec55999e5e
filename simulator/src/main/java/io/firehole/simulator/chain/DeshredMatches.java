package io.firehole.simulator.chain;

/** As {@link Matches}, for SubscribeDeshred: what goes out are messages of {@code SubscribeUpdateDeshred}. */
public final class DeshredMatches {
    DeshredMatches() {}

    /** As {@link Matches#write}; the kinds given are TRANSACTION and SLOT. */
    public int write(RingEvent event, int at, UpdateSink sink) {
        return Matches.DONE;
    }
}
