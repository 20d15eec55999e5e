package io.firehole.simulator.rules;

import io.firehole.filters.profile.Rate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts every TCP connection at its accept, by the provider's own clock, and says what becomes of it.
 *
 * <p>A window is closed: two accepts exactly one window apart are both in it. Every accept counts, also one that was
 * refused, and so does every accept of {@link #worstWindow()}. Time is in milliseconds throughout, so that whoever
 * counts again from the report arrives at the same figures.
 *
 * <p>Any thread.
 */
public final class ConnectLedger {

    /** How many accepts {@link #connects()} remembers; older ones are forgotten, but still in the worst window. */
    public static final int MAX_CONNECTS = 100_000;

    /** The window of {@link #worstWindow()} where the profile knows no rate. */
    static final long DEFAULT_WINDOW_MILLIS = 60_000;

    private final List<RateWindow> rates;
    private final OverLimit overLimit;
    private final int maxOpen;
    private final RateWindow worst;

    private final Connect[] recent;
    private long total;
    private long refused;
    private int open;

    public ConnectLedger(List<Rate> rates, OverLimit overLimit, int maxOpen) {
        this(rates, overLimit, maxOpen, MAX_CONNECTS);
    }

    ConnectLedger(List<Rate> rates, OverLimit overLimit, int maxOpen, int remembered) {
        this.rates = rates.stream()
                .map(rate -> new RateWindow(rate.max(), rate.per().toMillis()))
                .toList();
        this.overLimit = overLimit;
        this.maxOpen = maxOpen;
        this.worst =
                this.rates.isEmpty() ? new RateWindow(Integer.MAX_VALUE, DEFAULT_WINDOW_MILLIS) : this.rates.getFirst();
        this.recent = new Connect[remembered];
    }

    /**
     * Counts one accepted TCP connection and decides about it. A connection that is {@link Outcome#ACCEPTED},
     * {@link Outcome#LIMITED} or {@link Outcome#FAULT_HTTP2} is open until {@link #closed()}.
     *
     * @param atMillis the provider's time; never earlier than that of the call before
     * @param fault what a fault makes of it, whatever the rules say; null without one
     */
    public synchronized Connect accept(long atMillis, @Nullable Outcome fault) {
        boolean over = false;
        for (RateWindow rate : rates) {
            over |= rate.count(atMillis);
        }
        if (rates.isEmpty()) {
            worst.count(atMillis);
        }
        Outcome outcome;
        if (fault != null) {
            outcome = fault;
        } else if (over) {
            outcome = overLimit == OverLimit.CLOSE ? Outcome.LIMIT_CLOSED : Outcome.LIMITED;
        } else if (open >= maxOpen) {
            outcome = Outcome.TOO_MANY;
        } else {
            outcome = Outcome.ACCEPTED;
        }
        if (outcome.opens()) {
            open++;
        }
        if (outcome.refused()) {
            refused++;
        }
        Connect connect = new Connect(atMillis, total + 1, outcome);
        recent[(int) (total % recent.length)] = connect;
        total++;
        return connect;
    }

    /** One connection that was open is gone. */
    public synchronized void closed() {
        open--;
    }

    /** The accepts, oldest first: at least the last {@link #MAX_CONNECTS}. */
    public synchronized List<Connect> connects() {
        int kept = (int) Math.min(total, recent.length);
        List<Connect> connects = new ArrayList<>(kept);
        for (long i = total - kept; i < total; i++) {
            connects.add(recent[(int) (i % recent.length)]);
        }
        return connects;
    }

    /** The most accepts since the start in any closed window of the first rate's length, or of 60 s without one. */
    public synchronized Window worstWindow() {
        return new Window(worst.worstCount(), worst.worstFrom());
    }

    /** How many connections could not be used, since the start. */
    public synchronized long refused() {
        return refused;
    }

    /** How many connections are open now. */
    public synchronized int open() {
        return open;
    }

    /**
     * One accept.
     *
     * @param at the provider's time in milliseconds since 1970
     * @param id the connection's number, from 1
     * @param outcome what became of it
     */
    public record Connect(long at, long id, Outcome outcome) {}

    /**
     * Accepts counted in one closed window.
     *
     * @param count how many
     * @param from the time of the first, in milliseconds since 1970; 0 if there was none
     */
    public record Window(int count, long from) {}
}
