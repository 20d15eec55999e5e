package io.firehole.simulation;

import io.firehole.filters.profile.ProviderProfile;
import io.firehole.wire.proto.SubscribeRequest;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Something that is broken on purpose, to see that it is noticed.
 *
 * @param onTheWire what becomes of an update between the provider and the pool
 * @param requestAsHeard what becomes of a request between a monitor and the pool
 * @param rulesAsTold what the pool is told of the provider's rules
 */
record Mischief(
        Function<byte[], List<byte[]>> onTheWire,
        UnaryOperator<SubscribeRequest> requestAsHeard,
        UnaryOperator<ProviderProfile> rulesAsTold) {

    static final Mischief NONE = new Mischief(List::of, UnaryOperator.identity(), UnaryOperator.identity());

    Mischief onTheWire(Function<byte[], List<byte[]>> broken) {
        return new Mischief(broken, requestAsHeard, rulesAsTold);
    }

    Mischief requestAsHeard(UnaryOperator<SubscribeRequest> broken) {
        return new Mischief(onTheWire, broken, rulesAsTold);
    }

    Mischief rulesAsTold(UnaryOperator<ProviderProfile> wrong) {
        return new Mischief(onTheWire, requestAsHeard, wrong);
    }
}
