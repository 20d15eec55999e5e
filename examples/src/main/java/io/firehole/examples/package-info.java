/**
 * The examples.
 */
@NullMarked
package io.firehole.examples;

import org.jspecify.annotations.NullMarked;
