/**
 * What must have come, as identifiers, counts and hashes: how two runs over the same updates are compared.
 *
 * <p>An {@link Identifier} names an update as {@code data/README.md} does; a {@link Tally} counts and hashes them; a
 * {@link CaptureTally} applies a request to a recording. Everything belongs to the thread that fills it.
 */
@NullMarked
package io.firehole.filters.tally;

import org.jspecify.annotations.NullMarked;
