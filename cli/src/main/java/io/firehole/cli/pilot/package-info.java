/**
 * One subscription twice, through a gateway and straight to the provider, compared update by update.
 *
 * <p>A {@link io.firehole.cli.pilot.Pilot} opens both, and hands what comes, in the order in which it came, from one bounded
 * queue to a {@code Comparison}, which knows nothing of sockets and clocks. Out comes a
 * {@link io.firehole.cli.pilot.PilotReport}. The straight one passes the connection budget like every other connection.
 */
@NullMarked
package io.firehole.cli.pilot;

import org.jspecify.annotations.NullMarked;
