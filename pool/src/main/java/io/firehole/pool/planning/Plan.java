package io.firehole.pool.planning;

import io.firehole.pool.merging.Filter;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequestAccountsDataSlice;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The connections and streams there are, and who is on them. Immutable.
 *
 * @param connections in the order in which they were opened
 * @param replays calls that count as streams at the provider beside those here: they carry what somebody missed, or have just ended
 */
public record Plan(List<Connection> connections, int replays) {

    public Plan {
        connections = List.copyOf(connections);
    }

    /**
     * One connection.
     *
     * @param id its number
     * @param group the word of the group it serves; empty if it serves none
     * @param ready whether calls can be made on it now
     * @param monitors how many monitors are on it, those with calls of their own included
     * @param trials calls that count as streams at the provider and will soon be over
     * @param streams what is open on it
     */
    public record Connection(
            long id, Optional<String> group, boolean ready, int monitors, int trials, List<Stream> streams) {
        public Connection {
            streams = List.copyOf(streams);
        }

        /** How many calls count as streams at the provider. */
        int streamCount() {
            return trials + streams.size();
        }

        private Connection withoutTrials() {
            return new Connection(id, group, ready, monitors, 0, streams);
        }
    }

    /**
     * One stream.
     *
     * @param id its number
     * @param commitment of all on it
     * @param slices of all on it
     * @param joinable whether others may come; not if one has it for itself, or if it is being given up
     * @param filtersMax with that many filters the provider was seen to refuse it, whatever its profile says
     * @param wishes who is on it
     */
    public record Stream(
            long id,
            CommitmentLevel commitment,
            List<SubscribeRequestAccountsDataSlice> slices,
            boolean joinable,
            int filtersMax,
            List<Wish> wishes) {
        public Stream {
            slices = List.copyOf(slices);
            wishes = List.copyOf(wishes);
        }

        /** The same, which nobody may join. */
        public Stream closed() {
            return new Stream(id, commitment, slices, false, filtersMax, wishes);
        }

        /** Whether that can be asked on it, as far as the stream as a whole is concerned. */
        boolean suits(Wish wish) {
            return joinable
                    && commitment == wish.subscription().commitment()
                    && slices.equals(wish.subscription().slices());
        }

        /** What is asked on it. */
        Set<Filter> filters() {
            Set<Filter> filters = new LinkedHashSet<>();
            wishes.forEach(wish -> filters.addAll(wish.subscription().distinctFilters()));
            return filters;
        }
    }

    /** How many calls count as streams at the provider. */
    int streamCount() {
        return replays + connections.stream().mapToInt(Connection::streamCount).sum();
    }

    /** As it will be when no trial and no replay is under way any more. */
    public Plan withoutTrials() {
        return new Plan(connections.stream().map(Connection::withoutTrials).toList(), 0);
    }
}
