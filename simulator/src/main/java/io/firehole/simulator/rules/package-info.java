/**
 * What a provider allows, and its count of who connected when.
 *
 * <p>{@link io.firehole.simulator.rules.ProviderRules} are a {@link io.firehole.filters.profile.ProviderProfile}, the
 * same figures that a pool is told, and what no provider publishes. A {@link io.firehole.simulator.rules.ConnectLedger}
 * applies those for connections at each accept, by the provider's own clock, and remembers every accept for the report; a
 * {@link io.firehole.simulator.rules.StreamLedger} those for streams, calls and requests of an account. Each refusal is
 * counted by its rule. What the answer looks like on the wire is the server's business.
 */
@NullMarked
package io.firehole.simulator.rules;

import org.jspecify.annotations.NullMarked;
