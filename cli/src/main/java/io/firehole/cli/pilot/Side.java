package io.firehole.cli.pilot;

import java.util.Locale;

/** The two ways by which the same subscription comes. */
public enum Side {
    /** Straight from the provider. */
    DIRECT,
    /** Through the gateway. */
    GATEWAY;

    /** The way it is compared with. */
    Side other() {
        return this == DIRECT ? GATEWAY : DIRECT;
    }

    /** As people and JSON call it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
