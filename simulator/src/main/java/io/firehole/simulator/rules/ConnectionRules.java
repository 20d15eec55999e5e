package io.firehole.simulator.rules;

import java.util.List;

/**
 * What a provider allows of TCP connections.
 *
 * @param rates new connections per window, refused ones counted too; all of them hold at once
 * @param overLimit what becomes of a connection beyond one of the rates
 * @param maxOpen how many may be open at the same time; one more is closed at once
 */
public record ConnectionRules(List<Rate> rates, OverLimit overLimit, int maxOpen) {

    /** Any number, at any rate. */
    public static final ConnectionRules NONE =
            new ConnectionRules(List.of(), OverLimit.HTTP_429, ProviderProfile.UNLIMITED);

    public ConnectionRules {
        rates = List.copyOf(rates);
        ProviderProfile.atLeast(1, maxOpen, "connections.maxOpen");
    }

    /** The same with these rates alone. */
    public ConnectionRules withRates(Rate... only) {
        return new ConnectionRules(List.of(only), overLimit, maxOpen);
    }

    /** The same with another answer to connections beyond a rate. */
    public ConnectionRules withOverLimit(OverLimit answer) {
        return new ConnectionRules(rates, answer, maxOpen);
    }

    /** The same with so many open at the same time. */
    public ConnectionRules withMaxOpen(int max) {
        return new ConnectionRules(rates, overLimit, max);
    }
}
