package io.firehole.simulation;

import io.firehole.pool.Group;
import io.firehole.pool.Monitor;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.simulation.FaultStory.Nature;
import io.firehole.simulation.Story.Act;
import io.firehole.simulation.Story.Part;
import io.firehole.simulation.Story.PoolRules;
import io.firehole.wire.proto.CommitmentLevel;
import io.firehole.wire.proto.SubscribeRequest;
import io.firehole.wire.proto.SubscribeRequestFilterAccounts;
import io.firehole.wire.proto.SubscribeRequestFilterBlocks;
import io.firehole.wire.proto.SubscribeRequestFilterBlocksMeta;
import io.firehole.wire.proto.SubscribeRequestFilterEntry;
import io.firehole.wire.proto.SubscribeRequestFilterSlots;
import io.firehole.wire.proto.SubscribeRequestFilterTransactions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Stories in which something goes wrong, by chance: the same number makes the same story. */
final class RandomFaultStories {

    private static final int FIRST_ACT_MILLIS_MAX = 3_000;
    private static final int TROUBLES_MAX = 5;
    private static final int BUSY_MILLIS_MAX = 3_000;

    private static final List<BudgetRule> RULES = List.of(
            new BudgetRule(60, Duration.ofSeconds(60)),
            new BudgetRule(60, Duration.ofSeconds(60)),
            new BudgetRule(10, Duration.ofSeconds(10)),
            new BudgetRule(4, Duration.ofSeconds(5)));

    private final Random random;
    private final long seed;
    private final RandomFilters filters;

    private RandomFaultStories(long seed) {
        this.seed = seed;
        this.random = new Random(seed);
        this.filters = new RandomFilters(random, SmallBlock.tiny(), List.of("1".repeat(64)));
    }

    /** The story of that number. */
    static FaultStory of(long seed) {
        return new RandomFaultStories(seed).story();
    }

    /**
     * A story in which something breaks, and the connection that comes after is to be replaced while those on it still get what they
     * missed, by a slow replay; and what is cancelled goes on for a while.
     */
    static FaultStory ofAReplacementAmidAReplay(long seed) {
        return new RandomFaultStories(seed).replacementAmidAReplay();
    }

    private FaultStory replacementAmidAReplay() {
        Nature provider = new Nature(150, 16, 0, 200 + random.nextInt(600), BUSY_MILLIS_MAX, RULES.getFirst());
        PoolRules pool = new PoolRules(15, Duration.ZERO, 10, false);
        List<Part> parts = List.of(new Part(
                new Monitor("m0", Group.MEDIUM),
                List.of(new Act.Ask(random.nextInt(FIRST_ACT_MILLIS_MAX), everything(level())))));
        int broken = 5_000 + random.nextInt(2_000);
        int lasts = 1_000 + random.nextInt(3_000);
        Trouble outage = new Trouble(broken, Trouble.Kind.OUTAGE, lasts, 0);
        Trouble replaced = new Trouble(
                outage.endMillis() + 500 + random.nextInt(4_000),
                Trouble.Kind.GO_AWAY,
                5_000 + random.nextInt(5_000),
                random.nextInt(1_000));
        return new FaultStory(seed, provider, pool, parts, List.of(outage, replaced));
    }

    private FaultStory story() {
        Nature provider = new Nature(
                chance(8) ? 0 : chance(15) ? 2 + random.nextInt(20) : 150,
                chance(30) ? 0 : chance(30) ? 4 : 16,
                chance(60) ? 0 : 1 + random.nextInt(500),
                chance(40) ? 0 : 1 + random.nextInt(60),
                0,
                RULES.get(random.nextInt(RULES.size())));
        PoolRules pool = new PoolRules(15, Duration.ofMillis(chance(50) ? 0 : 30_000), 10, chance(50));
        List<Part> parts = new ArrayList<>();
        for (int i = 1 + (chance(60) ? random.nextInt(2) : random.nextInt(6)); i > 0; i--) {
            parts.add(part("m" + parts.size()));
        }
        int span = 3_000 + random.nextInt(12_000);
        List<Trouble> troubles = new ArrayList<>();
        for (int i = 1 + random.nextInt(TROUBLES_MAX); i > 0; i--) {
            troubles.add(Trouble.random(random, span));
        }
        return new FaultStory(seed, provider, pool, parts, troubles);
    }

    private Part part(String id) {
        Monitor monitor = new Monitor(id, chance(70) ? Group.MEDIUM : Group.LOW);
        List<Act> acts = new ArrayList<>();
        int at = random.nextInt(chance(80) ? FIRST_ACT_MILLIS_MAX : 4 * FIRST_ACT_MILLIS_MAX);
        acts.add(new Act.Ask(at, chance(40) ? everything(level()) : some()));
        if (chance(8)) {
            acts.add(new Act.Leave(at + 1 + random.nextInt(10_000)));
        }
        return new Part(chance(8) ? monitor.asDedicated() : monitor, acts);
    }

    private CommitmentLevel level() {
        int sort = random.nextInt(10);
        return sort < 5 ? CommitmentLevel.PROCESSED : sort < 8 ? CommitmentLevel.CONFIRMED : CommitmentLevel.FINALIZED;
    }

    /** All there is, at that level. */
    static SubscribeRequest everything(CommitmentLevel level) {
        return SubscribeRequest.newBuilder()
                .setCommitment(level)
                .putSlots(
                        "s",
                        SubscribeRequestFilterSlots.newBuilder()
                                .setInterslotUpdates(true)
                                .build())
                .putAccounts("a", SubscribeRequestFilterAccounts.getDefaultInstance())
                .putTransactions("t", SubscribeRequestFilterTransactions.getDefaultInstance())
                .putEntry("e", SubscribeRequestFilterEntry.getDefaultInstance())
                .putBlocks("b", SubscribeRequestFilterBlocks.getDefaultInstance())
                .putBlocksMeta("m", SubscribeRequestFilterBlocksMeta.getDefaultInstance())
                .build();
    }

    private SubscribeRequest some() {
        SubscribeRequest.Builder request = SubscribeRequest.newBuilder().setCommitment(level());
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            String name = i == 1 ? "x" : "n" + i;
            switch (random.nextInt(8)) {
                case 0, 1 -> request.putAccounts(name, filters.accounts());
                case 2, 3 -> request.putTransactions(name, filters.transactions());
                case 4 -> request.putTransactionsStatus(name, filters.transactions());
                case 5 -> request.putSlots(name, filters.slots());
                case 6 -> request.putBlocks(name, filters.blocks());
                default -> {
                    request.putBlocksMeta(name, SubscribeRequestFilterBlocksMeta.getDefaultInstance());
                    request.putEntry(name, SubscribeRequestFilterEntry.getDefaultInstance());
                }
            }
        }
        return request.build();
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }
}
