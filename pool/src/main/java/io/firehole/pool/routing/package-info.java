/**
 * From one update of the provider to every monitor it is for.
 *
 * <p>A {@link io.firehole.pool.routing.Router} belongs to one call and runs on the event loop of its connection. It
 * reads the head of each update, looks the labels up in the
 * {@link io.firehole.pool.routing.RoutingTable}, which the control thread swaps as a whole, and gives the payload, the
 * very bytes that came, to each {@link io.firehole.pool.routing.Recipient} with the names its monitor chose. Nothing
 * here decodes a payload, locks, waits, or looks at a monitor the update is not for. Who gets which labels is decided in
 * {@code merging}; what a recipient does with a delivery, outside.
 *
 * <p><b>When a request is in effect.</b> The provider confirms nothing. But each merged request carries a label of its
 * own, its epoch, on a filter that every slot status matches, and each filter's label was new in some request. Requests
 * are complete and take effect in order, so an update that carries a label first sent with request <em>n</em> proves that
 * request <em>n</em>, or a later one, is in effect, and that whatever follows is matched by it. The router therefore
 * keeps one number, the highest request so proved, and every {@link io.firehole.pool.routing.Term} says from which number
 * on, and until which, it gets its labels.
 *
 * <p><b>When a call breaks.</b> Each router keeps a {@link io.firehole.pool.routing.Checkpoint} of what it has delivered. The
 * next call holds back what comes, by a {@link io.firehole.pool.routing.CatchUp}, until another has replayed what lies between, of which a
 * {@link io.firehole.pool.routing.ReplayGate} lets through what is missing.
 */
@NullMarked
package io.firehole.pool.routing;

import org.jspecify.annotations.NullMarked;
