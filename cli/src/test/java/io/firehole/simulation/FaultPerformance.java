package io.firehole.simulation;

import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.filters.profile.Profiles;
import io.firehole.pool.Delivery;
import io.firehole.pool.Gap;
import io.firehole.pool.MonitorStream;
import io.firehole.pool.Pool;
import io.firehole.pool.PoolConfig;
import io.firehole.pool.PoolRuntime;
import io.firehole.pool.PoolStats;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.budget.ConnectionBudget;
import io.firehole.pool.time.ControlThread;
import io.firehole.pool.time.VirtualTime;
import io.firehole.simulation.Promise.Kept;
import io.firehole.simulation.Story.Act;
import io.firehole.simulation.Story.Part;
import io.firehole.simulator.chain.ChainConfig;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A {@link FaultStory} as it happens: the pool behind its budget, a provider in bad weather, and a reader for each monitor. */
final class FaultPerformance {

    private static final Duration OVERTURE = Duration.ofSeconds(1);

    /** Calm at the end, in which whatever was processed is finalized. */
    private static final Duration AFTERMATH = Duration.ofSeconds(22);

    /** What is on its way when the chain stops. */
    private static final Duration FAREWELL = Duration.ofMillis(800);

    /** Who is without something for longer than that is not served. */
    private static final Duration OVERDUE = Duration.ofSeconds(5);

    private static final Duration FORGOTTEN_EVERY = Duration.ofMinutes(5);

    /** After so long nothing comes any more, and what is missing is recorded. */
    private static final Duration SETTLED = Duration.ofMinutes(4);

    /** When all is over at the latest after the last trouble, whatever the pool does. */
    private static final Duration CALM_AT_LAST = Duration.ofMinutes(3);

    private final FaultStory story;
    private final boolean strict;
    private final VirtualTime time = new VirtualTime();
    private final VirtualProvider provider;
    private final ConnectionBudget budget;
    private final PoolConfig config;
    private final Pool pool;
    private final List<Actor> actors = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private final Sights sights;
    private long trace;
    private boolean over;
    private boolean forgetting;
    private long forgottenNanos;

    /**
     * What came of it.
     *
     * @param faults what is wrong, in words
     * @param kept what each monitor got
     * @param seconds of virtual time
     * @param trace a number for all that happened, in order
     */
    record Outcome(List<String> faults, List<Kept> kept, long seconds, long trace) {}

    private FaultPerformance(FaultStory story, SmallBlock block, double speed, Mischief mischief, boolean strict) {
        this.story = story;
        this.strict = strict;
        Random random = new Random(story.seed());
        budget = new ConnectionBudget(List.of(story.provider().connects()), time, time);
        provider = new VirtualProvider(
                time,
                random,
                ChainConfig.DEFAULT
                        .withSeed(story.seed() & 0xff)
                        .withSpeed(speed)
                        .withReplaySlots(story.provider().replaySlots())
                        .withSkipEvery(story.provider().skipEvery()),
                block,
                Profiles.named("open"),
                budget);
        provider.wire = mischief.onTheWire();
        provider.weather.lookMillisMax = story.provider().lookMillisMax();
        provider.weather.busyMillisMax = story.provider().busyMillisMax();
        provider.weather.replaySlotMillis = story.provider().replaySlotMillis();
        provider.chain.start();
        sights = new Sights(provider, time, windowOfBudget());
        config = story.pool().config(Profiles.named("open"));
        pool = Pool.start(
                config,
                provider,
                new PoolRuntime(
                                time,
                                provider.chain::wall,
                                this::control,
                                random,
                                time::execute,
                                Optional.empty(),
                                Optional::empty)
                        .withBudget(budget::snapshot));
        story.parts().forEach(part -> actors.add(new Actor(part)));
    }

    /**
     * Plays it.
     *
     * @param strict see {@link Promise}
     */
    static Outcome of(FaultStory story, boolean strict) {
        return of(story, Mischief.NONE, strict);
    }

    /** What is wrong with the story of that number. */
    static List<String> faultsOf(long seed) {
        return of(RandomFaultStories.of(seed), true).faults();
    }

    /** What is wrong with that of {@link RandomFaultStories#ofAReplacementAmidAReplay}. */
    static List<String> faultsOfAReplacement(long seed) {
        return of(RandomFaultStories.ofAReplacementAmidAReplay(seed), true).faults();
    }

    /** Plays it with something broken that ought to be noticed. */
    static Outcome of(FaultStory story, Mischief mischief, boolean strict) {
        return new FaultPerformance(story, SmallBlock.tiny(), 1, mischief, strict).play();
    }

    /**
     * Plays one that lasts long: what is over is forgotten from time to time.
     *
     * @param block what each slot is made of
     * @param speed how many times faster than mainnet's slots they go by
     * @param service takes how each monitor was served
     */
    static Outcome ofALongOne(FaultStory story, SmallBlock block, double speed, Consumer<Service> service) {
        FaultPerformance performance = new FaultPerformance(story, block, speed, Mischief.NONE, true);
        performance.forgetting = true;
        Outcome outcome = performance.play();
        performance.actors.forEach(actor -> service.accept(actor.service()));
        return outcome;
    }

    /**
     * How a monitor was served: looked at as often as at the provider, from the first that it was told to be whole.
     *
     * @param looks how often
     * @param behind how often something was overdue that the provider could have sent
     * @param away how often something was overdue since the provider could not be reached
     * @param gaps by cause
     */
    record Service(String monitor, long updates, long looks, long behind, long away, Map<Gap.Cause, Long> gaps) {

        /** The share of the time in which nothing was overdue, in percent. */
        double uptime() {
            return 100.0 * (looks - behind) / looks;
        }
    }

    private Outcome play() {
        look();
        time.runFor(OVERTURE);
        actors.forEach(Actor::prepare);
        for (Trouble trouble : story.troubles()) {
            time.after(Duration.ofMillis(trouble.atMillis()).toNanos(), () -> {
                note(trouble.hashCode());
                trouble.befall(provider);
            });
        }
        time.runFor(Duration.ofMillis(story.lastMillis()).plus(AFTERMATH).plus(windowOfBudget()));
        while (!sights.isCalmFor(AFTERMATH)
                && time.nanos() - provider.weather.lastTroubleNanos(time.nanos()) < CALM_AT_LAST.toNanos()) {
            time.runFor(Sights.EVERY);
        }
        provider.chain.stop();
        time.runFor(FAREWELL);
        over = true;
        List<Kept> kept = new ArrayList<>();
        for (Actor actor : actors) {
            actor.finish(kept);
        }
        checkBudget();
        long seconds = time.nanos() / 1_000_000_000;
        List<String> found = List.copyOf(faults);
        pool.close();
        time.runFor(Duration.ofSeconds(1));
        return new Outcome(found, kept, seconds, trace);
    }

    private Duration windowOfBudget() {
        BudgetRule rule = story.provider().connects();
        return rule.max() >= BudgetRule.DEFAULT.max() ? Duration.ZERO : rule.per();
    }

    private void note(long what) {
        trace = (trace ^ what ^ time.nanos()) * 0x9E3779B97F4A7C15L;
        trace ^= trace >>> 31;
    }

    /** Looks every so often whether every bound is kept. */
    private void look() {
        if (over) {
            return;
        }
        long now = time.nanos();
        PoolStats stats = pool.stats();
        sights.look(stats);
        for (PoolStats.MonitorStats monitor : stats.monitors()) {
            if (monitor.waiting() > config.mailbox().updates()
                    || monitor.waitingBytes() > config.mailbox().bytes()) {
                faults.add(monitor.id() + ": " + monitor.waiting() + " updates wait, more than may");
            }
        }
        actors.forEach(Actor::look);
        if (forgetting) {
            actors.forEach(Actor::lookWhetherServed);
        }
        if (forgetting && now - forgottenNanos >= FORGOTTEN_EVERY.toNanos()) {
            forgottenNanos = now;
            actors.forEach(actor -> actor.settle(now));
            provider.chain.forget();
        }
        time.after(Sights.EVERY.toNanos(), this::look);
    }

    private void checkBudget() {
        BudgetRule rule = story.provider().connects();
        List<Long> connects = provider.weather.connects();
        for (int i = rule.max(); i < connects.size(); i++) {
            if (connects.get(i) - connects.get(i - rule.max()) <= rule.per().toNanos()) {
                faults.add(
                        rule.max() + 1 + " connects within " + rule.per() + " at " + Duration.ofNanos(connects.get(i)));
                return;
            }
        }
    }

    /** The pool's thread, which ends before the world does. */
    private ControlThread control() {
        return new ControlThread() {
            @Override
            public void execute(Runnable task) {
                time.execute(task);
            }

            @Override
            public Timer after(long delayNanos, Runnable task) {
                return time.after(delayNanos, task);
            }

            @Override
            public boolean isCurrent() {
                return true;
            }

            @Override
            public void close() {
                // the provider and the chain go on
            }
        };
    }

    /** A monitor with its part, and what it was promised. */
    private final class Actor {

        private final Part part;
        private @Nullable MonitorStream stream;
        private @Nullable Promise promise;
        private OptionalLong wholeFrom = OptionalLong.empty();
        private boolean left;
        private @Nullable GrpcStatus ended;
        private long updates;
        private long looks;
        private long behind;
        private long away;

        Actor(Part part) {
            this.part = part;
        }

        void prepare() {
            for (Act act : part.acts()) {
                time.after(Duration.ofMillis(act.atMillis()).toNanos(), () -> perform(act));
            }
        }

        private void perform(Act act) {
            switch (act) {
                case Act.Ask ask -> {
                    if (stream == null && isGood(ask.request())) {
                        MonitorStream open = pool.subscribe(part.monitor(), () -> time.execute(this::read));
                        stream = open;
                        promise = new Promise(
                                provider.chain,
                                ask.request(),
                                time.nanos(),
                                VirtualProvider.WAY.plusMillis(story.stallMillisMax()),
                                strict);
                        try {
                            open.request(ask.request());
                        } catch (InvalidFilterException refused) {
                            faults.add(id() + ": refused, but good: " + refused.statusMessage());
                        }
                    }
                }
                case Act.Leave leave -> {
                    if (stream != null) {
                        left = true;
                        stream.close();
                    }
                }
            }
        }

        private boolean isGood(SubscribeRequest request) {
            try {
                FilterSet.compile(request, Profiles.named("open").filters());
                return true;
            } catch (InvalidFilterException invalid) {
                return false;
            }
        }

        private String id() {
            return part.monitor().id();
        }

        private void read() {
            MonitorStream open = stream;
            Promise mine = promise;
            if (open == null || mine == null || left || ended != null) {
                return;
            }
            for (Delivery next = open.poll(); next != null; next = open.poll()) {
                note(mine.receive(next, time.nanos()));
            }
            ended = open.ended();
            if (ended != null) {
                faults.add(id() + ": ended with " + ended);
            }
            look();
        }

        /** What it was told first counts, for all that comes afterwards. */
        void look() {
            MonitorStream open = stream;
            if (open != null && wholeFrom.isEmpty()) {
                wholeFrom = open.activeFromSlot();
            }
        }

        void lookWhetherServed() {
            Promise mine = promise;
            if (mine == null || wholeFrom.isEmpty()) {
                return;
            }
            looks++;
            if (mine.isBehind(time.nanos() - OVERDUE.toNanos(), wholeFrom, this::gaps)) {
                if (time.nanos() - provider.weather.lastAwayNanos(time.nanos()) <= OVERDUE.toNanos()) {
                    away++;
                } else {
                    behind++;
                }
            }
        }

        void settle(long now) {
            Promise mine = promise;
            if (mine != null) {
                mine.settle(now - SETTLED.toNanos(), wholeFrom, gaps(), sights::isClosable, time.nanos());
            }
        }

        Service service() {
            Map<Gap.Cause, Long> causes =
                    gaps().stream().collect(Collectors.groupingBy(Gap::cause, TreeMap::new, Collectors.counting()));
            return new Service(id(), updates, looks, behind, away, causes);
        }

        private List<Gap> gaps() {
            Promise mine = Objects.requireNonNull(promise);
            return pool.gaps(Optional.of(id()), Integer.MAX_VALUE).stream()
                    .filter(gap -> gap.commitment() == mine.level())
                    .toList();
        }

        void finish(List<Kept> kept) {
            read();
            Promise mine = promise;
            MonitorStream open = stream;
            if (mine == null || open == null) {
                return;
            }
            List<Gap> gaps = gaps();
            boolean served = !left && ended == null;
            if (strict && served && mine.asksForSomething() && wholeFrom.isEmpty()) {
                faults.add(id() + ": is not told from which slot on it gets everything");
            }
            Kept all = mine.finish(
                    served ? wholeFrom : OptionalLong.empty(),
                    served ? gaps : List.of(),
                    sights::isClosable,
                    time.nanos());
            updates = all.updates();
            kept.add(all);
            mine.broken().forEach(how -> faults.add(id() + ": " + how));
        }
    }
}
