/**
 * What the provider sent lately, kept for clients that come back.
 *
 * <p>Each call that monitors share has a {@link io.firehole.pool.buffer.Recording}, to which its event loop adds every update
 * as it came: the very bytes that also wait in mailboxes, slot by slot, with the number of the merged request that was in
 * effect. All recordings of a pool share one {@link io.firehole.pool.buffer.ReplayBuffer}, which bounds their bytes and slots
 * and gives up the oldest slots first. Nothing here locks; what a slot holds can be read by any thread once the slot is sealed,
 * also while it is being given up.
 *
 * <p>Which filter an update was for is known elsewhere, by its labels: see {@code merging}. Who reads is {@code LocalReplay},
 * which looks as a provider's replay does to whoever asks for one.
 */
@NullMarked
package io.firehole.pool.buffer;

import org.jspecify.annotations.NullMarked;
