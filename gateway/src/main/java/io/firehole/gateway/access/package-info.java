/**
 * Who calls, and whether the call is let in.
 *
 * <p>A {@link io.firehole.gateway.access.Doorkeeper} looks at a call's metadata and address before anything is answered, so
 * that a refusal costs little and clients that reconnect by themselves understand it. Tokens stay in here: outside there are
 * only monitor ids.
 */
@NullMarked
package io.firehole.gateway.access;

import org.jspecify.annotations.NullMarked;
