package io.firehole.pool.planning;

import io.firehole.pool.merging.Filter;
import io.firehole.pool.merging.Packer;
import io.firehole.pool.merging.Packing;
import io.firehole.pool.planning.PlanningRules.GroupRules;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Says where a monitor belongs. Pure: the same plan and the same wish have the same answer; any thread.
 *
 * <p>Those who have a place keep it, as long as that leaves room for the newcomer. In this order it gets
 *
 * <ol>
 *   <li>a stream of its group that asks at the same commitment with the same data slices, on a connection with room, or a new
 *       stream there; connections that are ready before those that are not;
 *   <li>a connection nobody uses; a new one, within the group's share and the maximum;
 *   <li>when its group can have no more: the connection of the group with the fewest monitors, or of any group if it has none;
 *   <li>when there may be no more streams: a place among others, first where each filter still travels by itself, then where
 *       they can be united exactly, then the stream kept free, then where a union brings more than was asked for;
 *   <li>a place that comes free when the monitors of one stream can move to another;
 *   <li>a connection from the reserve, beyond its group's share.
 * </ol>
 *
 * <p>Room on a connection is counted in monitors: a busy group gives each few companions, a quiet one many, and when its
 * share is used up they move closer together. Room on a stream is what its request may hold, see {@link Packer}.
 */
public final class Planner {

    private final PlanningRules rules;

    public Planner(PlanningRules rules) {
        this.rules = rules;
    }

    /** Where that one belongs, which has no place yet. */
    public Decision place(Plan plan, Wish wish) {
        if (new Packer(rules.stream(), wish.subscription().slices())
                        .pack(wish.subscription().distinctFilters())
                instanceof Packing.Overfull(String rule, long limit, long needed)) {
            return new Decision.Refuse(
                    rule, "it would need " + needed + ", even by itself, of " + limit + " allowed on a stream");
        }
        Question question = new Question(plan, wish);
        return wish.needsOwnStream() ? question.alone() : question.shared();
    }

    /** How filters travel on a stream of that kind. */
    private Packing pack(Plan.Stream stream, Set<Filter> filters) {
        return new Packer(rules.stream(), stream.slices()).pack(filters);
    }

    /** One newcomer's search for a place. */
    private final class Question {

        private final Plan plan;
        private final Wish wish;
        private final GroupRules group;

        Question(Plan plan, Wish wish) {
            this.plan = plan;
            this.wish = wish;
            this.group = rules.of(wish.group());
        }

        Decision alone() {
            if (plan.streamCount() >= rules.streamsMax()) {
                return new Decision.Refuse(
                        "streams.per-account",
                        "it needs a stream of its own, and " + streamsInUse()
                                + (wish.alone() ? "" : "; a replay or unknown fields cannot be shared"));
            }
            String why = wish.alone()
                    ? "it is to have a stream for itself"
                    : wish.subscription().request().hasFromSlot()
                            ? "a replay would go to everybody on a shared stream"
                            : "what it asks has fields that are unknown here, so it goes to the provider as it is";
            return newStream(rules.streamsMax(), why)
                    .or(this::reserve)
                    .orElseGet(() -> new Decision.Refuse(
                            "streams.per-connection", "it needs a stream of its own, and " + connectionsFull()));
        }

        Decision shared() {
            Optional<Decision> place = withRoom(true).or(() -> withRoom(false));
            if (place.isEmpty() && mayOpenConnection(rules.streamsBeforeUniting())) {
                return new Decision.OpenConnection(
                        "no connection of group " + wish.group() + " has room, and its share allows one more");
            }
            return place.or(this::closer)
                    .or(() -> among(Packing.Fit.PLAIN, "no more streams may be opened; here its filters have room"))
                    .or(
                            () -> among(
                                    Packing.Fit.UNITED,
                                    "no more streams may be opened; here its filters are united with others that differ in keys"))
                    .or(() -> newStream(
                            rules.streamsMax(), "filters cannot be united exactly, and one stream was kept free"))
                    .or(() -> among(
                            Packing.Fit.WIDENED,
                            "no more streams may be opened; here its filters are united with others as a wider one"))
                    .or(this::rearranged)
                    .or(this::reserve)
                    .orElseGet(this::refusal);
        }

        /** A place on a connection of the group that has room for one more monitor, or on one that nobody uses. */
        private Optional<Decision> withRoom(boolean ready) {
            Plan.Connection own = null;
            Plan.Connection unused = null;
            for (Plan.Connection connection : plan.connections()) {
                if (connection.ready() != ready) {
                    continue;
                }
                if (isOwn(connection) && connection.monitors() < group.monitorsPerConnection()) {
                    Optional<Decision> join = join(
                            List.of(connection),
                            Packing.Fit.PLAIN,
                            "a stream of group " + wish.group() + " at the same commitment has room");
                    if (join.isPresent()) {
                        return join;
                    }
                    own = own == null ? connection : own;
                } else if (connection.group().isEmpty() && unused == null) {
                    unused = connection;
                }
            }
            if (own != null && mayOpenStream(own, rules.streamsBeforeUniting())) {
                return Optional.of(new Decision.OpenStream(
                        own.id(),
                        "no stream of group " + wish.group()
                                + " at this commitment and with these slices has room; the connection has"));
            }
            return unused != null && mayOpenStream(unused, rules.streamsBeforeUniting())
                    ? Optional.of(new Decision.OpenStream(unused.id(), "nobody used the connection"))
                    : Optional.empty();
        }

        /** A place where the group's monitors move closer together than they should. */
        private Optional<Decision> closer() {
            boolean hasOwn = plan.connections().stream().anyMatch(this::isOwn);
            Optional<Plan.Connection> least = plan.connections().stream()
                    .filter(connection -> !hasOwn || isOwn(connection))
                    .min(Comparator.comparingInt(Plan.Connection::monitors));
            if (least.isEmpty()) {
                return Optional.empty();
            }
            String why =
                    "the share of group " + wish.group() + " is used up, and this connection has the fewest monitors";
            return join(List.of(least.get()), Packing.Fit.PLAIN, why)
                    .or(() -> mayOpenStream(least.get(), rules.streamsBeforeUniting())
                            ? Optional.of(new Decision.OpenStream(least.get().id(), why))
                            : Optional.empty());
        }

        private Optional<Decision> among(Packing.Fit most, String why) {
            return join(plan.connections().stream().filter(this::isOwn).toList(), most, why)
                    .or(() -> join(plan.connections(), most, why));
        }

        /** A place on the stream of the fewest monitors where its filters fit so well. */
        private Optional<Decision> join(List<Plan.Connection> connections, Packing.Fit most, String why) {
            Decision best = null;
            int fewest = Integer.MAX_VALUE;
            for (Plan.Connection connection : connections) {
                for (Plan.Stream stream : connection.streams()) {
                    if (stream.suits(wish)
                            && stream.wishes().size() < fewest
                            && isFree(stream)
                            && packing(stream) instanceof Packing.Packed packed
                            && packed.fit().compareTo(most) <= 0) {
                        fewest = stream.wishes().size();
                        best = new Decision.Join(connection.id(), stream.id(), packed.fit(), why);
                    }
                }
            }
            return Optional.ofNullable(best);
        }

        /** Whether the provider is not known to refuse it with so many filters. */
        private boolean isFree(Plan.Stream stream) {
            return together(stream).size() < stream.filtersMax();
        }

        private Set<Filter> together(Plan.Stream stream) {
            Set<Filter> filters = stream.filters();
            filters.addAll(wish.subscription().distinctFilters());
            return filters;
        }

        private Packing packing(Plan.Stream stream) {
            return pack(stream, together(stream));
        }

        private Optional<Decision> newStream(int streamsMax, String why) {
            Optional<Plan.Connection> place = roomiest(
                            streamsMax,
                            connection -> isOwn(connection) && connection.monitors() < group.monitorsPerConnection())
                    .or(() -> roomiest(
                            streamsMax, connection -> connection.group().isEmpty()));
            if (place.isEmpty() && mayOpenConnection(streamsMax)) {
                return Optional.of(new Decision.OpenConnection(why));
            }
            return place.or(() -> roomiest(streamsMax, this::isOwn))
                    .or(() -> roomiest(streamsMax, connection -> true))
                    .map(connection -> new Decision.OpenStream(connection.id(), why));
        }

        private Optional<Plan.Connection> roomiest(int streamsMax, Predicate<Plan.Connection> which) {
            return plan.connections().stream()
                    .filter(which)
                    .filter(connection -> mayOpenStream(connection, streamsMax))
                    .min(Comparator.comparingInt((Plan.Connection connection) -> connection.ready() ? 0 : 1)
                            .thenComparingInt(Plan.Connection::monitors));
        }

        /** A connection beyond the group's share, from what no group's share holds, rather than none at all. */
        private Optional<Decision> reserve() {
            return plan.connections().size() < rules.connectionsMax() && plan.streamCount() < rules.streamsMax()
                    ? Optional.of(new Decision.OpenConnection(
                            "there is no room within the share of group " + wish.group() + ", so it uses the reserve"))
                    : Optional.empty();
        }

        /** Two streams of one kind that could be one: the fewest moves that give a stream free. */
        private Optional<Decision> rearranged() {
            List<Plan.Stream> streams = plan.connections().stream()
                    .flatMap(connection -> connection.streams().stream())
                    .filter(Plan.Stream::joinable)
                    .sorted(Comparator.comparingInt(stream -> stream.wishes().size()))
                    .toList();
            for (Plan.Stream from : streams) {
                if (from.wishes().isEmpty()) {
                    return Optional.of(new Decision.Rearrange(
                            from.id(),
                            List.of(),
                            "nobody uses stream " + from.id() + " any more, which is given up for it"));
                }
                for (Plan.Stream to : streams) {
                    if (from.id() != to.id() && from.wishes().stream().allMatch(to::suits) && fitsWith(from, to)) {
                        List<Decision.Move> moves = new ArrayList<>();
                        from.wishes().forEach(moving -> moves.add(new Decision.Move(moving, from.id(), to.id())));
                        return Optional.of(new Decision.Rearrange(
                                from.id(),
                                moves,
                                "stream " + from.id() + " is given up for it: its monitors fit on stream " + to.id()));
                    }
                }
            }
            return Optional.empty();
        }

        private boolean fitsWith(Plan.Stream from, Plan.Stream to) {
            Set<Filter> filters = to.filters();
            filters.addAll(from.filters());
            return pack(to, filters) instanceof Packing.Packed;
        }

        private Decision refusal() {
            for (Plan.Connection connection : plan.connections()) {
                for (Plan.Stream stream : connection.streams()) {
                    if (stream.suits(wish)
                            && packing(stream) instanceof Packing.Overfull(String rule, long limit, long needed)) {
                        return new Decision.Refuse(
                                rule,
                                "stream " + stream.id() + " would need " + needed + ", even with filters united, of "
                                        + limit + " allowed; and " + streamsInUse());
                    }
                }
            }
            return plan.streamCount() >= rules.streamsMax()
                    ? new Decision.Refuse(
                            "streams.per-account",
                            "no stream asks at its commitment with its data slices, and " + streamsInUse())
                    : new Decision.Refuse("streams.per-connection", connectionsFull());
        }

        private String streamsInUse() {
            return plan.streamCount() + " of " + rules.streamsMax() + " streams are in use (streams.per-account)";
        }

        private String connectionsFull() {
            return "all " + plan.connections().size() + " connections have the " + rules.streamsPerConnection()
                    + " streams they may have, and there may be no more of them";
        }

        private boolean isOwn(Plan.Connection connection) {
            return connection.group().equals(Optional.of(wish.group()));
        }

        private boolean mayOpenStream(Plan.Connection connection, int streamsMax) {
            return connection.streamCount() < rules.streamsPerConnection() && plan.streamCount() < streamsMax;
        }

        private boolean mayOpenConnection(int streamsMax) {
            return plan.connections().size() < rules.connectionsMax()
                    && plan.connections().stream().filter(this::isOwn).count() < group.connections()
                    && plan.streamCount() < streamsMax;
        }
    }
}
