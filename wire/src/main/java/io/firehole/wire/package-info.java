/**
 * The Yellowstone protocol as bytes.
 */
@NullMarked
package io.firehole.wire;

import org.jspecify.annotations.NullMarked;
