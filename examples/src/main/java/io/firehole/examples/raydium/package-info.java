/** Monitors of Raydium's first automated market maker: tokens that begin to trade there, and its vaults. */
@NullMarked
package io.firehole.examples.raydium;

import org.jspecify.annotations.NullMarked;
