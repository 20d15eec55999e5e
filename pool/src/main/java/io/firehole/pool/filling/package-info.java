/**
 * Where the transactions of a gap may be had when the provider cannot replay that far.
 *
 * <p>The pool asks a {@link io.firehole.pool.filling.BlockSource} slot by slot, on its callback threads, and delivers what
 * monitors asked for before it goes on. How a source gets its blocks is not known here: nothing of this package, or of the
 * pool, speaks HTTP or JSON.
 */
@NullMarked
package io.firehole.pool.filling;

import org.jspecify.annotations.NullMarked;
