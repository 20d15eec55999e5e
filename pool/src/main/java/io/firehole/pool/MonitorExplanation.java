package io.firehole.pool;

import com.google.protobuf.Message;
import io.firehole.filters.FilterKind;
import io.firehole.wire.proto.SubscribeRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How a monitor is served at one moment, and why: see {@link Pool#explain}.
 *
 * @param id the monitor
 * @param streams each of its open streams
 */
public record MonitorExplanation(String id, List<Stream> streams) {

    public MonitorExplanation {
        streams = List.copyOf(streams);
    }

    /**
     * One open stream of the monitor.
     *
     * @param group its group
     * @param dedicated whether it is to share a stream of the provider with nobody
     * @param connectionId the connection that serves it; 0 while it has asked for nothing
     * @param streamId the provider's stream that serves it; 0 while it has asked for nothing
     * @param description the commitment and whatever else sets that stream apart
     * @param reason why it is there
     * @param active whether the provider has shown that it applies the newest request
     * @param activeFromSlot the first slot of which the newest request gets everything; empty before it has begun
     * @param request what it asked last
     * @param filters each filter of that, and how it travels
     * @param companions the ids of the other monitors on the same stream, each once
     */
    public record Stream(
            Group group,
            boolean dedicated,
            long connectionId,
            long streamId,
            String description,
            String reason,
            boolean active,
            OptionalLong activeFromSlot,
            SubscribeRequest request,
            List<Filter> filters,
            List<String> companions) {

        public Stream {
            filters = List.copyOf(filters);
            companions = List.copyOf(companions);
        }
    }

    /**
     * One filter.
     *
     * @param kind in which map of the request it stands
     * @param name what the monitor calls it
     * @param filter what it says
     * @param label under what it travels; empty if it has none of ours
     * @param union what it travels in, if not by itself
     * @param sharedWith the ids of the other monitors for whom something comes under the same label, each once
     */
    public record Filter(
            FilterKind kind,
            String name,
            Message filter,
            Optional<String> label,
            Optional<Union> union,
            List<String> sharedWith) {

        public Filter {
            sharedWith = List.copyOf(sharedWith);
        }

        /** The filters of a request that goes to the provider as it is. */
        static List<Filter> asIs(SubscribeRequest request) {
            List<Filter> filters = new ArrayList<>();
            for (FilterKind kind : FilterKind.values()) {
                kind.filters(request)
                        .forEach((name, filter) -> filters.add(
                                new Filter(kind, name, filter, Optional.empty(), Optional.empty(), List.of())));
            }
            return filters;
        }
    }

    /**
     * Several filters that travel as one; what comes is matched again in the pool.
     *
     * @param filter what the provider is asked; empty where it is a filter of Firehole's own that asks for all of its kind
     * @param filters how many filters it stands for, with the one that is explained; 0 for Firehole's own
     * @param received updates that came for it
     * @param wanted those of them that somebody asked for
     */
    public record Union(Optional<Message> filter, int filters, long received, long wanted) {}
}
