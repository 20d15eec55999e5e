package io.firehole.simulator.chain;

import io.firehole.wire.UpdateKind;
import java.util.List;

/** Where {@link Matches#identify} names what an event sends, instead of sending it. */
@FunctionalInterface
public interface IdentifierSink {
    /**
     * One update.
     *
     * @param names the filters that match; never empty
     * @param id as {@code io.firehole.filters.tally.Identifier} writes it; of blocks and block metas with the blockhash
     */
    void identified(UpdateKind kind, List<String> names, String id);
}
