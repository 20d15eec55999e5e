package io.firehole.simulator.chain;

/**
 * The answer of IsBlockhashValid.
 *
 * @param slot the newest block's at the asked level
 */
public record BlockhashValidity(long slot, boolean valid) {}
