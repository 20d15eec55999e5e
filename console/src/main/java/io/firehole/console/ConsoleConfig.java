package io.firehole.console;

import io.firehole.console.access.ConsoleTokens;
import io.firehole.console.live.Price;
import io.firehole.console.otlp.OtlpConfig;
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
 * @param otlp where the metrics are sent; empty if nowhere
 */
public record ConsoleConfig(
        InetSocketAddress listen, Optional<ConsoleTokens> tokens, Optional<Price> price, Optional<OtlpConfig> otlp) {

    /** What runs when nothing is configured: 127.0.0.1:3001. */
    public static final ConsoleConfig DEFAULT = new ConsoleConfig(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 3_001),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    public ConsoleConfig {
        Objects.requireNonNull(listen, "listen");
        Objects.requireNonNull(tokens, "tokens");
        Objects.requireNonNull(price, "price");
        Objects.requireNonNull(otlp, "otlp");
    }

    /** These rules at another address. */
    public ConsoleConfig withListen(InetSocketAddress address) {
        return new ConsoleConfig(address, tokens, price, otlp);
    }

    /** These rules with callers who show tokens. */
    public ConsoleConfig withTokens(ConsoleTokens known) {
        return new ConsoleConfig(listen, Optional.of(known), price, otlp);
    }

    /** These rules with what the provider charges. */
    public ConsoleConfig withPrice(Price charged) {
        return new ConsoleConfig(listen, tokens, Optional.of(charged), otlp);
    }

    /** These rules with somebody to send the metrics to. */
    public ConsoleConfig withOtlp(OtlpConfig collector) {
        return new ConsoleConfig(listen, tokens, price, Optional.of(collector));
    }

    /** Whether whoever is on the network could do everything. */
    boolean isOpenToTheNetwork() {
        InetAddress address = listen.getAddress();
        return tokens.isEmpty() && address != null && !address.isLoopbackAddress();
    }
}
