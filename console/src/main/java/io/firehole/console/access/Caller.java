package io.firehole.console.access;

/**
 * Who asks.
 *
 * @param name as the log of what was done calls them
 * @param role what they may do
 */
public record Caller(String name, Role role) {

    /** Whoever sits at the machine, where the console has no tokens. */
    public static final Caller LOCAL = new Caller("somebody on this machine", Role.ADMIN);

    /** Somebody who has shown no token. */
    public static final Caller NOBODY = new Caller("somebody", Role.NONE);
}
