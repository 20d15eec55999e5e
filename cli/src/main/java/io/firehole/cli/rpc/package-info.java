/**
 * Blocks from a node's JSON-RPC, for gaps that the provider cannot replay.
 *
 * <p>{@link io.firehole.cli.rpc.JsonRpcBlocks} asks {@code getBlock} over HTTP, at its pace and within its limits, on
 * whichever thread asks it; the rest turns one block of JSON into what a provider would have sent. It is here and not in the
 * pool, which knows neither HTTP nor JSON.
 */
@NullMarked
package io.firehole.cli.rpc;

import org.jspecify.annotations.NullMarked;
