/**
 * Who calls the console, and what they may do.
 *
 * <p>Without tokens everybody who can connect is the one at the machine: the console listens on loopback then. With
 * {@link io.firehole.console.access.ConsoleTokens} each caller has a {@link io.firehole.console.access.Role}, shown by a token in a header or by
 * a session that a login has begun. {@link io.firehole.console.access.Access} decides; any thread, nothing blocks.
 */
@NullMarked
package io.firehole.console.access;

import org.jspecify.annotations.NullMarked;
