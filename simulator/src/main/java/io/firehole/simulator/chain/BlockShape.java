package io.firehole.simulator.chain;

import io.firehole.filters.BlockFilter;
import java.util.List;
import java.util.stream.IntStream;

/** What one blocks filter leaves in a block. Immutable. */
final class BlockShape {
    /** The filter's. */
    final String name;

    final NameList names;

    /** Those it keeps. */
    final int[] transactions;

    /** The last writes it keeps. */
    final int[] accounts;

    final boolean entries;

    BlockShape(String name, BlockFilter filter, PlayedFacts facts) {
        this.name = name;
        this.names = NameList.of(List.of(name));
        this.transactions = IntStream.range(0, facts.transactions().size())
                .filter(i -> filter.keeps(facts.transactions().get(i)))
                .toArray();
        this.accounts = facts.lastWrites().stream()
                .filter(i -> filter.keeps(facts.accounts().get(i)))
                .toArray();
        this.entries = filter.includesEntries();
    }
}
