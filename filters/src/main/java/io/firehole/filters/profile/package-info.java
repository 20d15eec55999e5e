/**
 * What each provider allows, as data: how many connections in which time, how many streams, which filters.
 *
 * <p>One JSON file for each provider and tier lies beside these classes; each figure in it names its source and its date,
 * and a user may overrule any of them. What no source states is not limited here. {@code pool} plans by a
 * {@link io.firehole.filters.profile.ProviderProfile}, and {@code simulator} can play one. Everything is immutable; any
 * thread.
 */
@NullMarked
package io.firehole.filters.profile;

import org.jspecify.annotations.NullMarked;
