/**
 * How the pool stands now and went of late, as everybody who looks at it sees it.
 *
 * <p>A {@link io.firehole.console.live.Sampler} takes one picture of the pool a second, by its own timer, and keeps what is needed for
 * rates. What comes out is a {@link io.firehole.console.live.Sample}: immutable, with a number of its own. From it
 * {@link io.firehole.console.live.LiveDocument} makes the realtime document, once however many look, and
 * {@link io.firehole.console.live.LiveSockets} hand it to browsers, as text or packed, of which a slow one skips pictures.
 * {@link io.firehole.console.live.PoolView} is all that the console knows of the pool.
 */
@NullMarked
package io.firehole.console.live;

import org.jspecify.annotations.NullMarked;
