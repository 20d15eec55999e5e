/**
 * What an uninterrupted, direct subscriber gets, worked out from the chain itself and not from what was sent.
 *
 * <p>Whoever wants to know whether an update was lost, doubled or misrouted asks {@link Truth} for a request and a range
 * of slots, and compares with what a consumer received. Any thread; nothing here changes the chain.
 */
@NullMarked
package io.firehole.simulator.truth;

import org.jspecify.annotations.NullMarked;
