/**
 * What waits on disk for monitors that read too slowly and want to lose nothing.
 *
 * <p>A {@link io.firehole.pool.spill.SpillDirectory} belongs to one pool and lives as long as it. It makes a
 * {@link io.firehole.pool.spill.SpillFile} for each monitor that needs one, and counts what all of them hold. Nothing here
 * is meant to outlive the process: what an earlier one has left behind is deleted. Everything here may block, and so runs
 * on no event loop and not on the pool's control thread.
 */
@NullMarked
package io.firehole.pool.spill;

import org.jspecify.annotations.NullMarked;
