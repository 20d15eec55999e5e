/**
 * What a provider allows, and its count of who connected when.
 *
 * <p>A {@link io.firehole.simulator.rules.ProviderProfile} is data: figures with their source. A
 * {@link io.firehole.simulator.rules.ConnectLedger} applies the rules for connections at each accept, by the
 * provider's own clock, and remembers every accept for the report. What the answer looks like on the wire is the
 * server's business.
 */
@NullMarked
package io.firehole.simulator.rules;

import org.jspecify.annotations.NullMarked;
