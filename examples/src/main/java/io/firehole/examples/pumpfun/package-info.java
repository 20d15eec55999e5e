/** Monitors of pump.fun: its trades and their price, its new mints, its graduations to PumpSwap, its accounts. */
@NullMarked
package io.firehole.examples.pumpfun;

import org.jspecify.annotations.NullMarked;
