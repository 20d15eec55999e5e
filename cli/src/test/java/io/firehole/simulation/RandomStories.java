package io.firehole.simulation;

import com.google.protobuf.UnknownFieldSet;
import io.firehole.filters.FilterLimits;
import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.pool.Group;
import io.firehole.pool.Monitor;
import io.firehole.pool.time.VirtualTime;
import io.firehole.simulation.Story.Act;
import io.firehole.simulation.Story.Part;
import io.firehole.simulation.Story.PoolRules;
import io.firehole.simulation.Story.Room;
import io.firehole.simulator.chain.ChainConfig;
import io.firehole.simulator.chain.Matches;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestAccountsDataSlice;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterBlocks;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeRequestFilterEntry;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/** Stories by chance: the same choices make the same story. */
final class RandomStories {

    private static final int CHAINS = 4;
    private static final int SIGNATURES_OF_SLOTS = 12;
    private static final int FIRST_ACT_MILLIS_MAX = 3_000;
    private static final int PAUSE_MILLIS_MAX = 1_200;

    /** Some look like the pool's own. */
    private static final List<String> NAMES = List.of(
            "a", "pumpfun", "", "0", "1", "E1", "M", "S", "x:E1", "ü~", "two words\n", "\u0000", "💧", "n".repeat(128));

    private static final List<Room> ROOMS = List.of(Room.OPEN, Room.ROOMY, Room.TIGHT);

    private static final List<Group> GROUPS = List.of(Group.HIGH, Group.MEDIUM, Group.LOW);

    private static final Map<Long, List<String>> SIGNATURES = new ConcurrentHashMap<>();

    private final RandomGenerator random;
    private final long seed;
    private final RandomFilters filters;
    private final List<SubscribeRequest> asked = new ArrayList<>();

    private RandomStories(RandomGenerator random, long seed) {
        this.random = random;
        this.seed = seed;
        this.filters = new RandomFilters(
                random, SmallBlock.recorded(), SIGNATURES.computeIfAbsent(chainSeed(seed), RandomStories::signatures));
    }

    /** The story of that number. */
    static Story of(long seed) {
        return of(new Random(seed), seed);
    }

    /**
     * A story of these choices.
     *
     * @param seed of what is left to chance when it is played
     */
    static Story of(RandomGenerator choices, long seed) {
        return new RandomStories(choices, seed).story();
    }

    /** Few enough to know in advance what is signed on each. */
    static long chainSeed(long seed) {
        return Math.floorMod(seed, CHAINS);
    }

    private static List<String> signatures(long chainSeed) {
        VirtualChain chain = new VirtualChain(new VirtualTime(), ChainConfig.DEFAULT.withSeed(chainSeed), () -> {});
        SubscribeRequest all = SubscribeRequest.newBuilder()
                .putTransactions("", SubscribeRequestFilterTransactions.getDefaultInstance())
                .build();
        try {
            Matches matches = chain.match(FilterSet.compile(all, FilterLimits.UNLIMITED));
            List<String> found = new ArrayList<>();
            for (long slot = 0; slot < SIGNATURES_OF_SLOTS; slot++) {
                found.addAll(chain.signatures(ChainConfig.DEFAULT.firstSlot() + slot, matches));
            }
            return found;
        } catch (InvalidFilterException invalid) {
            throw new IllegalArgumentException(invalid);
        }
    }

    private Story story() {
        Room room = one(ROOMS);
        List<Part> parts = new ArrayList<>();
        for (int i = monitors(); i > 0; i--) {
            parts.add(part("m" + parts.size()));
        }
        Map<String, String> rules = new RandomRules(
                        random,
                        filters,
                        parts.stream().mapToInt(part -> part.acts().size()).sum())
                .of(room);
        PoolRules pool = new PoolRules(
                room == Room.TIGHT ? 1 + random.nextInt(15) : 15,
                Duration.ofMillis(chance(30) ? 0 : chance(50) ? 1_000 : 30_000),
                chance(50) ? 10 : 1_000,
                chance(70));
        return new Story(seed, room, rules, pool, parts);
    }

    /** Mostly few: one case with sixty takes as long as twenty with three. */
    private int monitors() {
        int sort = random.nextInt(100);
        if (sort < 8) {
            return 21 + random.nextInt(40);
        }
        return sort < 40 ? 7 + random.nextInt(14) : 1 + random.nextInt(6);
    }

    private Part part(String id) {
        Group group = one(GROUPS);
        Monitor monitor = new Monitor(id, chance(60) ? Group.MEDIUM : group);
        List<Act> acts = new ArrayList<>();
        int at = random.nextInt(FIRST_ACT_MILLIS_MAX);
        acts.add(new Act.Ask(at, request()));
        while (chance(45)) {
            at += pause();
            acts.add(new Act.Ask(at, request()));
        }
        if (chance(25)) {
            acts.add(new Act.Leave(at + pause()));
        }
        return new Part(chance(4) ? monitor.asDedicated() : monitor, acts);
    }

    private int pause() {
        return 1 + (chance(25) ? random.nextInt(20) : random.nextInt(PAUSE_MILLIS_MAX));
    }

    private SubscribeRequest request() {
        if (!asked.isEmpty() && chance(15)) {
            return asked.get(random.nextInt(asked.size()));
        }
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder();
        if (chance(4)) {
            return request.build();
        }
        if (chance(20)) {
            request.setCommitmentValue(random.nextInt(3));
        }
        if (chance(10)) {
            int offset = random.nextInt(24);
            request.addAccountsDataSlice(SubscribeRequestAccountsDataSlice.newBuilder()
                    .setOffset(offset)
                    .setLength(8));
            if (chance(30)) {
                request.addAccountsDataSlice(SubscribeRequestAccountsDataSlice.newBuilder()
                        .setOffset(offset + 16)
                        .setLength(1 + random.nextInt(8)));
            }
        }
        for (int i = chance(70) ? 1 + random.nextInt(3) : 1 + random.nextInt(7); i > 0; i--) {
            add(request, NAMES.get(random.nextInt(chance(50) ? 3 : NAMES.size())));
        }
        if (chance(3)) {
            request.setUnknownFields(UnknownFieldSet.newBuilder()
                    .addField(
                            500, UnknownFieldSet.Field.newBuilder().addVarint(7).build())
                    .build());
        }
        SubscribeRequest made = request.build();
        asked.add(made);
        return made;
    }

    private void add(SubscribeRequest.Builder request, String name) {
        // One that somebody else has already, at times.
        SubscribeRequest other =
                asked.isEmpty() || chance(65) ? request.build() : asked.get(random.nextInt(asked.size()));
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> request.putAccounts(name, firstOr(other.getAccountsMap(), this::accounts));
            case 3, 4, 5 -> request.putTransactions(name, firstOr(other.getTransactionsMap(), this::transactions));
            case 6 -> request.putTransactionsStatus(name, firstOr(other.getTransactionsMap(), this::transactions));
            case 7 -> request.putSlots(name, filters.slots());
            case 8 -> request.putBlocks(name, firstOr(other.getBlocksMap(), this::blocks));
            default -> {
                if (chance(50)) {
                    request.putBlocksMeta(name, SubscribeRequestFilterBlocksMeta.getDefaultInstance());
                } else {
                    request.putEntry(name, SubscribeRequestFilterEntry.getDefaultInstance());
                }
            }
        }
    }

    private SubscribeRequestFilterAccounts accounts() {
        return filters.accounts();
    }

    private SubscribeRequestFilterTransactions transactions() {
        return filters.transactions();
    }

    private SubscribeRequestFilterBlocks blocks() {
        return filters.blocks();
    }

    private static <T> T firstOr(Map<String, T> some, java.util.function.Supplier<T> other) {
        return some.isEmpty() ? other.get() : some.values().iterator().next();
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }
}
