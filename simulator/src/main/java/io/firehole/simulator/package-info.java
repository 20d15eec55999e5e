/**
 * The simulator.
 */
@NullMarked
package io.firehole.simulator;

import org.jspecify.annotations.NullMarked;
