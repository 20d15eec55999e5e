package io.firehole.pool.merging;

import java.util.List;

/**
 * Filters that travel as one. Immutable.
 *
 * @param upstream what the provider is asked: matches whatever any of them matches
 * @param asked what somebody asked for, each once; at least one
 * @param exact whether it matches nothing else
 */
public record Bundle(Filter upstream, List<Filter> asked, boolean exact) {

    public Bundle {
        asked = List.copyOf(asked);
    }

    /** A filter that travels by itself. */
    static Bundle plain(Filter filter) {
        return new Bundle(filter, List.of(filter), true);
    }

    /** Whether what comes for it is for whoever asked, without a look at it. */
    public boolean isPlain() {
        return asked.size() == 1;
    }
}
