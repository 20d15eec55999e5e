/** Monitors of what happens on one venue each: as many as a desk has programs. */
@NullMarked
package io.firehole.examples.venue;

import org.jspecify.annotations.NullMarked;
