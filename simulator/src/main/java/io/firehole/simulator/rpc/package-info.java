/**
 * A node's JSON-RPC beside the simulated provider, as far as gaps can be filled from it: {@code getBlock} of the blocks that the chain
 * sends, with the errors of a real node for slots that have none.
 *
 * <p>Any thread; each request runs on a virtual thread of its own.
 */
@NullMarked
package io.firehole.simulator.rpc;

import org.jspecify.annotations.NullMarked;
