package io.firehole.console;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;

/**
 * The rules of a console. {@link #DEFAULT} is what runs when nothing is configured.
 *
 * @param listen where to listen; port 0 takes a free one
 */
public record ConsoleConfig(InetSocketAddress listen) {

    /** What runs when nothing is configured: 127.0.0.1:3001. */
    public static final ConsoleConfig DEFAULT =
            new ConsoleConfig(new InetSocketAddress(InetAddress.getLoopbackAddress(), 3_001));

    public ConsoleConfig {
        Objects.requireNonNull(listen, "listen");
    }

    /** These rules at another address. */
    public ConsoleConfig withListen(InetSocketAddress address) {
        return new ConsoleConfig(address);
    }
}
