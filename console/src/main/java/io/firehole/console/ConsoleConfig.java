package io.firehole.console;

import io.firehole.console.access.ConsoleTokens;
import io.firehole.console.live.Price;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Optional;

/**
 * The rules of a console. {@link #DEFAULT} is what runs when nothing is configured.
 *
 * @param listen where to listen; port 0 takes a free one. Only on loopback may there be no tokens
 * @param tokens whom it knows; empty if whoever can connect may do everything
 * @param price what the provider charges; empty if that is not known
 */
public record ConsoleConfig(InetSocketAddress listen, Optional<ConsoleTokens> tokens, Optional<Price> price) {

    /** What runs when nothing is configured: 127.0.0.1:3001. */
    public static final ConsoleConfig DEFAULT = new ConsoleConfig(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 3_001), Optional.empty(), Optional.empty());

    public ConsoleConfig {
        Objects.requireNonNull(listen, "listen");
        Objects.requireNonNull(tokens, "tokens");
        Objects.requireNonNull(price, "price");
    }

    /** These rules at another address. */
    public ConsoleConfig withListen(InetSocketAddress address) {
        return new ConsoleConfig(address, tokens, price);
    }

    /** These rules with callers who show tokens. */
    public ConsoleConfig withTokens(ConsoleTokens known) {
        return new ConsoleConfig(listen, Optional.of(known), price);
    }

    /** These rules with what the provider charges. */
    public ConsoleConfig withPrice(Price charged) {
        return new ConsoleConfig(listen, tokens, Optional.of(charged));
    }

    /** Whether whoever is on the network could do everything. */
    boolean isOpenToTheNetwork() {
        InetAddress address = listen.getAddress();
        return tokens.isEmpty() && address != null && !address.isLoopbackAddress();
    }
}
