package io.firehole.pool;

import io.firehole.pool.routing.ReplayGate;
import io.firehole.pool.routing.Router;
import io.firehole.wire.proto.SubscribeRequest;
import java.util.function.BiFunction;

/**
 * How to ask for what those on a stream missed.
 *
 * @param request the request, without the slot from which on
 * @param router takes in what comes
 */
record Replay(SubscribeRequest request, BiFunction<Router.Events, ReplayGate, Router> router) {}
