package io.firehole.pool.planning;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.filters.Base58;
import io.firehole.filters.FilterLimits;
import io.firehole.filters.InvalidFilterException;
import io.firehole.filters.profile.Profiles;
import io.firehole.filters.profile.ProviderProfile;
import io.firehole.pool.merging.Packing;
import io.firehole.pool.merging.Subscription;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlannerTest {

    private static final Map<String, PlanningRules.GroupRules> GROUPS = Map.of(
            "high", new PlanningRules.GroupRules(6, 5),
            "medium", new PlanningRules.GroupRules(4, 10),
            "low", new PlanningRules.GroupRules(3, 15));

    private static Planner planner(Map<String, String> limits) {
        return new Planner(rules(limits));
    }

    private static PlanningRules rules(Map<String, String> limits) {
        ProviderProfile profile = Profiles.named("open").with(limits);
        return PlanningRules.of(profile, 15, GROUPS);
    }

    private static Subscription asking(CommitmentLevel commitment, int... keys) {
        SubscribeRequestFilterTransactions.Builder filter = SubscribeRequestFilterTransactions.newBuilder();
        for (int key : keys) {
            byte[] bytes = new byte[32];
            bytes[0] = 9;
            bytes[31] = (byte) key;
            filter.addAccountInclude(Base58.encode(bytes));
        }
        try {
            return Subscription.of(
                    SubscribeRequest.newBuilder()
                            .setCommitment(commitment)
                            .putTransactions("x", filter.build())
                            .build(),
                    FilterLimits.UNLIMITED);
        } catch (InvalidFilterException invalid) {
            throw new AssertionError(invalid);
        }
    }

    private static Wish wish(String group, int... keys) {
        return wish(group, CommitmentLevel.PROCESSED, keys);
    }

    private static Wish wish(String group, CommitmentLevel commitment, int... keys) {
        return new Wish("m", group, asking(commitment, keys), false);
    }

    private static Plan.Stream stream(long id, CommitmentLevel commitment, Wish... wishes) {
        return new Plan.Stream(id, commitment, List.of(), true, Integer.MAX_VALUE, List.of(wishes));
    }

    private static Plan.Connection connection(long id, String group, Plan.Stream... streams) {
        int monitors = List.of(streams).stream()
                .mapToInt(stream -> stream.wishes().size())
                .sum();
        return new Plan.Connection(id, Optional.of(group), true, monitors, 0, List.of(streams));
    }

    private static Plan plan(Plan.Connection... connections) {
        return new Plan(List.of(connections), 0);
    }

    @Test
    void joinsAStreamOfItsGroupThatHasRoom() {
        Plan plan = plan(
                connection(1, "low", stream(1, CommitmentLevel.PROCESSED, wish("low", 1))),
                connection(2, "high", stream(2, CommitmentLevel.PROCESSED, wish("high", 1))));
        assertThat(planner(Map.of()).place(plan, wish("high", 2))).isInstanceOfSatisfying(Decision.Join.class, join -> {
            assertThat(join.stream()).isEqualTo(2);
            assertThat(join.fit()).isEqualTo(Packing.Fit.PLAIN);
            assertThat(join.why()).contains("high");
        });
    }

    @Test
    void neverPutsTwoCommitmentsOnOneStream() {
        Plan plan = plan(connection(1, "high", stream(1, CommitmentLevel.PROCESSED, wish("high", 1))));
        assertThat(planner(Map.of()).place(plan, wish("high", CommitmentLevel.CONFIRMED, 1)))
                .isInstanceOfSatisfying(
                        Decision.OpenStream.class,
                        open -> assertThat(open.connection()).isEqualTo(1));
    }

    @Test
    void opensAConnectionWhenThoseOfTheGroupAreFull() {
        Wish[] five = {wish("high", 1), wish("high", 2), wish("high", 3), wish("high", 4), wish("high", 5)};
        Plan plan = plan(connection(1, "high", stream(1, CommitmentLevel.PROCESSED, five)));
        assertThat(planner(Map.of()).place(plan, wish("high", 6))).isInstanceOf(Decision.OpenConnection.class);
    }

    @Test
    void leavesRoomOnAConnectionForTheTrialsThatAreUnderWayThere() {
        Plan.Connection trying = new Plan.Connection(
                1, Optional.of("high"), true, 1, 1, List.of(stream(1, CommitmentLevel.PROCESSED, wish("high", 1))));
        Planner planner = planner(Map.of("streams.per-connection", "2", "connections.max", "1"));
        Wish confirmed = wish("high", CommitmentLevel.CONFIRMED, 1);
        assertThat(planner.place(plan(trying), confirmed))
                .isInstanceOfSatisfying(
                        Decision.Refuse.class,
                        refuse -> assertThat(refuse.rule()).isEqualTo("streams.per-connection"));
        assertThat(planner.place(plan(trying).withoutTrials(), confirmed)).isInstanceOf(Decision.OpenStream.class);
    }

    @Test
    void opensAnotherStreamBeforeItUnitesFilters() {
        Plan plan = plan(connection(1, "high", stream(1, CommitmentLevel.PROCESSED, wish("high", 1))));
        assertThat(planner(Map.of("transactions.max", "1")).place(plan, wish("high", 2)))
                .isInstanceOf(Decision.OpenStream.class);
    }

    @Test
    void unitesFiltersWhenThereMayBeNoMoreStreams() {
        Plan plan = plan(connection(1, "high", stream(1, CommitmentLevel.PROCESSED, wish("high", 1))));
        assertThat(planner(Map.of("transactions.max", "1", "streams.per-account", "1"))
                        .place(plan, wish("low", 2)))
                .isInstanceOfSatisfying(
                        Decision.Join.class, join -> assertThat(join.fit()).isEqualTo(Packing.Fit.UNITED));
    }

    @Test
    void keepsOneOfSeveralStreamsFreeAsLongAsFiltersCanBeUnitedExactly() {
        Plan plan = plan(connection(
                1,
                "high",
                stream(1, CommitmentLevel.PROCESSED, wish("high", 1)),
                stream(2, CommitmentLevel.CONFIRMED, wish("high", CommitmentLevel.CONFIRMED, 1))));
        Planner planner = planner(Map.of("transactions.max", "1", "streams.per-account", "3"));
        assertThat(planner.place(plan, wish("high", 2))).isInstanceOf(Decision.Join.class);
        assertThat(planner.place(plan, wish("high", CommitmentLevel.FINALIZED, 2)))
                .isInstanceOf(Decision.OpenStream.class);
    }

    @Test
    void makesRoomByMovingTheMonitorsOfOneStreamToAnother() {
        Plan plan = plan(connection(
                1,
                "high",
                stream(1, CommitmentLevel.PROCESSED, wish("high", 1), wish("high", 2)),
                stream(2, CommitmentLevel.PROCESSED, wish("high", 3))));
        assertThat(planner(Map.of("streams.per-account", "2")).place(plan, wish("high", CommitmentLevel.CONFIRMED, 1)))
                .isInstanceOfSatisfying(Decision.Rearrange.class, rearrange -> {
                    assertThat(rearrange.givenUp()).isEqualTo(2);
                    assertThat(rearrange.moves())
                            .singleElement()
                            .satisfies(move -> assertThat(move.toStream()).isEqualTo(1));
                });
    }

    @Test
    void givesUpAStreamThatNobodyUsesFirst() {
        Plan plan = plan(connection(
                1,
                "high",
                stream(1, CommitmentLevel.PROCESSED, wish("high", 1)),
                stream(2, CommitmentLevel.FINALIZED)));
        assertThat(planner(Map.of("streams.per-account", "2")).place(plan, wish("high", CommitmentLevel.CONFIRMED, 1)))
                .isInstanceOfSatisfying(Decision.Rearrange.class, rearrange -> {
                    assertThat(rearrange.givenUp()).isEqualTo(2);
                    assertThat(rearrange.moves()).isEmpty();
                });
    }

    @Test
    void namesTheRuleThatLeavesNoRoom() {
        Plan plan = plan(connection(1, "high", stream(1, CommitmentLevel.PROCESSED, wish("high", 1, 2))));
        Planner planner =
                planner(Map.of("transactions.max", "1", "transactions.include-max", "2", "streams.per-account", "1"));
        assertThat(planner.place(plan, wish("high", 3))).isInstanceOfSatisfying(Decision.Refuse.class, refuse -> {
            assertThat(refuse.rule()).isEqualTo("transactions.max");
            assertThat(refuse.why()).contains("streams.per-account");
        });
        assertThat(planner.place(plan, wish("high", CommitmentLevel.CONFIRMED, 1)))
                .isInstanceOfSatisfying(
                        Decision.Refuse.class,
                        refuse -> assertThat(refuse.rule()).isEqualTo("streams.per-account"));
    }

    @Test
    void usesTheReserveRatherThanRefuseAMonitor() {
        Plan plan = plan(
                connection(1, "low", stream(1, CommitmentLevel.PROCESSED, wish("low", 1))),
                connection(2, "low", stream(2, CommitmentLevel.CONFIRMED, wish("low", CommitmentLevel.CONFIRMED, 1))),
                connection(3, "low", stream(3, CommitmentLevel.PROCESSED, wish("low", 2))));
        Planner planner = planner(Map.of("streams.per-connection", "1", "transactions.max", "1"));
        assertThat(planner.place(plan, wish("low", CommitmentLevel.FINALIZED, 1)))
                .isInstanceOfSatisfying(
                        Decision.Rearrange.class,
                        rearrange -> assertThat(rearrange.moves()).hasSize(1));
        Plan apart = plan(
                connection(1, "low", stream(1, CommitmentLevel.PROCESSED, wish("low", 1))),
                connection(2, "low", stream(2, CommitmentLevel.CONFIRMED, wish("low", CommitmentLevel.CONFIRMED, 1))),
                connection(
                        3,
                        "high",
                        stream(3, CommitmentLevel.CONFIRMED, wish("high", 1)).closed()));
        PlanningRules narrow = new PlanningRules(
                "x",
                rules(Map.of()).stream(),
                4,
                1,
                10,
                Map.of("low", new PlanningRules.GroupRules(2, 15), "high", new PlanningRules.GroupRules(1, 5)));
        assertThat(new Planner(narrow).place(apart, wish("low", CommitmentLevel.FINALIZED, 1)))
                .isInstanceOfSatisfying(
                        Decision.OpenConnection.class,
                        open -> assertThat(open.why()).contains("reserve"));
    }

    @Test
    void refusesWhatNoStreamCanHoldEvenByItself() {
        Planner planner = planner(Map.of("request.bytes", "64"));
        assertThat(planner.place(new Plan(List.of(), 0), wish("high", 1, 2, 3)))
                .isInstanceOfSatisfying(
                        Decision.Refuse.class,
                        refuse -> assertThat(refuse.why()).contains("even by itself"));
    }

    /** Whatever is decided, one newcomer after the other: no rule is ever exceeded, and the same question has the same answer. */
    @Test
    void neverExceedsARule() {
        int refused = 0;
        int united = 0;
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            Map<String, String> limits = Map.of(
                    "transactions.max", String.valueOf(1 + random.nextInt(5)),
                    "transactions.include-max", String.valueOf(3 + random.nextInt(10)),
                    "streams.per-account", String.valueOf(1 + random.nextInt(6)),
                    "streams.per-connection", String.valueOf(1 + random.nextInt(3)));
            Growing growing = new Growing(rules(limits));
            for (int i = 0; i < 25; i++) {
                growing.add(randomWish(random));
            }
            growing.assertWithinRules("seed " + seed);
            refused += growing.refused;
            united += growing.united;
        }
        assertThat(refused).isGreaterThan(100);
        assertThat(united).isGreaterThan(100);
    }

    private static Wish randomWish(Random random) {
        String group = List.of("high", "medium", "low").get(random.nextInt(3));
        CommitmentLevel commitment = random.nextInt(4) == 0 ? CommitmentLevel.CONFIRMED : CommitmentLevel.PROCESSED;
        return wish(group, commitment, random.nextInt(40), random.nextInt(40));
    }

    /** A plan that grows as the planner says. */
    private static final class Growing {

        private final PlanningRules rules;
        private final Planner planner;
        private Plan plan = new Plan(List.of(), 0);
        private long numbers;
        private int refused;
        private int united;

        Growing(PlanningRules rules) {
            this.rules = rules;
            this.planner = new Planner(rules);
        }

        void add(Wish wish) {
            Decision decision = planner.place(plan, wish);
            assertThat(planner.place(plan, wish)).isEqualTo(decision);
            switch (decision) {
                case Decision.Join join -> {
                    united += join.fit() == Packing.Fit.PLAIN ? 0 : 1;
                    change(join.stream(), List.of(wish));
                }
                case Decision.OpenStream open -> opened(open.connection(), wish);
                case Decision.OpenConnection open -> {
                    List<Plan.Connection> connections = new ArrayList<>(plan.connections());
                    connections.add(new Plan.Connection(++numbers, Optional.of(wish.group()), true, 0, 0, List.of()));
                    plan = new Plan(connections, 0);
                    opened(numbers, wish);
                }
                case Decision.Rearrange rearrange -> {
                    List<Wish> moving =
                            rearrange.moves().stream().map(Decision.Move::wish).toList();
                    if (!moving.isEmpty()) {
                        change(rearrange.moves().getFirst().toStream(), moving);
                    }
                    giveUp(rearrange.givenUp());
                    add(wish);
                }
                case Decision.Refuse refuse -> refused++;
            }
        }

        private void change(long stream, List<Wish> added) {
            plan = new Plan(
                    plan.connections().stream()
                            .map(connection -> with(
                                    connection,
                                    connection.streams().stream()
                                            .map(its -> {
                                                List<Wish> wishes = new ArrayList<>(its.wishes());
                                                if (its.id() == stream) {
                                                    wishes.addAll(added);
                                                }
                                                return new Plan.Stream(
                                                        its.id(),
                                                        its.commitment(),
                                                        its.slices(),
                                                        its.joinable(),
                                                        its.filtersMax(),
                                                        wishes);
                                            })
                                            .toList()))
                            .toList(),
                    0);
        }

        private void giveUp(long stream) {
            plan = new Plan(
                    plan.connections().stream()
                            .map(connection -> with(
                                    connection,
                                    connection.streams().stream()
                                            .filter(its -> its.id() != stream)
                                            .toList()))
                            .toList(),
                    0);
        }

        private void opened(long on, Wish wish) {
            long id = ++numbers;
            plan = new Plan(
                    plan.connections().stream()
                            .map(connection -> {
                                List<Plan.Stream> streams = new ArrayList<>(connection.streams());
                                if (connection.id() == on) {
                                    streams.add(stream(id, wish.subscription().commitment(), wish));
                                }
                                return with(connection, streams);
                            })
                            .toList(),
                    0);
        }

        private static Plan.Connection with(Plan.Connection connection, List<Plan.Stream> streams) {
            int monitors =
                    streams.stream().mapToInt(stream -> stream.wishes().size()).sum();
            return new Plan.Connection(connection.id(), connection.group(), connection.ready(), monitors, 0, streams);
        }

        void assertWithinRules(String what) {
            assertThat(plan.streamCount()).as(what).isLessThanOrEqualTo(rules.streamsMax());
            assertThat(plan.connections()).as(what).hasSizeLessThanOrEqualTo(rules.connectionsMax());
            for (Plan.Connection connection : plan.connections()) {
                assertThat(connection.streams()).as(what).hasSizeLessThanOrEqualTo(rules.streamsPerConnection());
                for (Plan.Stream stream : connection.streams()) {
                    assertThat(new io.firehole.pool.merging.Packer(rules.stream(), List.of()).pack(stream.filters()))
                            .as(what)
                            .isInstanceOf(Packing.Packed.class);
                    assertThat(stream.wishes()).as(what).allMatch(stream::suits);
                }
            }
        }
    }
}
