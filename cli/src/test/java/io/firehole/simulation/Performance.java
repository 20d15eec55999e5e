package io.firehole.simulation;

import io.firehole.filters.FilterSet;
import io.firehole.filters.InvalidFilterException;
import io.firehole.filters.profile.ProviderProfile;
import io.firehole.pool.Delivery;
import io.firehole.pool.MonitorStream;
import io.firehole.pool.Pool;
import io.firehole.pool.PoolRuntime;
import io.firehole.pool.time.ControlThread;
import io.firehole.pool.time.VirtualTime;
import io.firehole.simulation.Story.Act;
import io.firehole.simulation.Story.Part;
import io.firehole.simulation.VirtualChain.Moment;
import io.firehole.simulator.chain.ChainConfig;
import io.firehole.wire.GrpcStatus;
import io.firehole.wire.proto.SubscribeRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A {@link Story} as it happens: with the pool, a provider and a reader for each monitor. */
final class Performance {

    /** The pool has its first connection, and the chain has shown a slot. */
    private static final Duration OVERTURE = Duration.ofSeconds(1);

    /** Whole slots, with nobody doing anything. */
    private static final Duration AFTERMATH = Duration.ofMillis(1_500);

    private final Story story;
    private final VirtualTime time = new VirtualTime();
    private final VirtualProvider provider;
    private final ProviderProfile profile;
    private final Pool pool;
    private final List<Actor> actors = new ArrayList<>();
    private final Duration effectMax;

    /**
     * What came of it.
     *
     * @param faults what is wrong, in words
     * @param updates how much all monitors received
     * @param ruledOut monitors that the provider would have refused as well, and that got its words
     * @param withoutRoom monitors refused because the rules left no room for them, with the words
     */
    record Outcome(
            List<String> faults,
            long updates,
            int monitors,
            int ruledOut,
            List<String> withoutRoom,
            int connectionsMost,
            int streamsMost,
            int requests) {}

    private Performance(Story story, Mischief mischief) {
        this.story = story;
        this.profile = story.profile();
        this.effectMax = EffectTime.of(story);
        Random random = new Random(story.seed());
        provider = new VirtualProvider(
                time, random, ChainConfig.DEFAULT.withSeed(RandomStories.chainSeed(story.seed())), profile);
        provider.wire = mischief.onTheWire();
        provider.chain.start();
        pool = Pool.start(
                story.pool().config(mischief.rulesAsTold().apply(profile)),
                provider,
                new PoolRuntime(
                        time,
                        provider.chain::wall,
                        this::control,
                        random,
                        time::execute,
                        Optional.empty(),
                        Optional::empty));
        for (Part part : story.parts()) {
            actors.add(new Actor(part, mischief.requestAsHeard()));
        }
    }

    /** Plays it. */
    static Outcome of(Story story) {
        return of(story, Mischief.NONE);
    }

    /** Plays it with something broken. */
    static Outcome of(Story story, Mischief mischief) {
        return new Performance(story, mischief).play();
    }

    private Outcome play() {
        time.runFor(OVERTURE);
        for (Actor actor : actors) {
            actor.prepare();
        }
        time.runFor(Duration.ofMillis(story.lastMillis()).plus(effectMax).plus(AFTERMATH));
        provider.chain.stop();
        time.runFor(Duration.ofMillis(500));
        for (Actor actor : actors) {
            actor.beginComparison();
        }
        List<Moment> moments = provider.chain.moments();
        for (int from = 0, to = 0; from < moments.size(); from = to) {
            while (to < moments.size()
                    && moments.get(to).atNanos() == moments.get(from).atNanos()) {
                to++;
            }
            List<Moment> instant = moments.subList(from, to);
            actors.forEach(actor -> actor.truth.follow(instant));
        }
        List<String> faults = new ArrayList<>();
        provider.rules.refusals().forEach(refusal -> faults.add("the provider had to refuse: " + refusal));
        for (Actor actor : actors) {
            actor.truth.finish();
            faults.addAll(actor.faults());
        }
        pool.close();
        time.runFor(Duration.ofSeconds(1));
        return new Outcome(
                faults,
                actors.stream().mapToLong(actor -> actor.received.size()).sum(),
                actors.size(),
                (int) actors.stream().filter(actor -> actor.ruledOut).count(),
                actors.stream()
                        .map(actor -> actor.withoutRoom)
                        .filter(text -> !text.isEmpty())
                        .toList(),
                provider.rules.connectionsMost,
                provider.rules.streamsMost,
                provider.rules.requestsTaken);
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

    /** A monitor with its part, what it receives, and what it should. */
    private final class Actor {

        private final Part part;
        private final UnaryOperator<SubscribeRequest> asPoolHears;
        private final DirectSubscription truth;
        private final List<Delivery> received = new ArrayList<>();
        private final List<String> wrong = new ArrayList<>();
        private @Nullable MonitorStream stream;
        private boolean left;
        private long lastAskedNanos;
        private @Nullable GrpcStatus ended;
        private @Nullable String refusalDue;
        private boolean ruledOut;
        private String withoutRoom = "";

        Actor(Part part, UnaryOperator<SubscribeRequest> asPoolHears) {
            this.part = part;
            this.asPoolHears = asPoolHears;
            this.truth = new DirectSubscription(provider.chain, effectMax);
        }

        void prepare() {
            for (Act act : part.acts()) {
                time.after(Duration.ofMillis(act.atMillis()).toNanos(), () -> perform(act));
            }
        }

        private void perform(Act act) {
            if (ended != null || left) {
                return;
            }
            MonitorStream open = stream;
            switch (act) {
                case Act.Ask ask -> {
                    if (open == null) {
                        open = pool.subscribe(part.monitor(), () -> time.execute(this::read));
                        stream = open;
                    }
                    ask(open, ask.request());
                }
                case Act.Leave leave -> {
                    if (open != null) {
                        left = true;
                        truth.ends(time.nanos(), time.nanos());
                        open.close();
                    }
                }
            }
        }

        private void ask(MonitorStream open, SubscribeRequest request) {
            lastAskedNanos = time.nanos();
            try {
                FilterSet.compile(request, profile.filters());
                truth.asks(time.nanos(), request);
            } catch (InvalidFilterException refused) {
                refusalDue = refused.statusMessage();
            }
            try {
                open.request(asPoolHears.apply(request));
            } catch (InvalidFilterException refused) {
                if (refusalDue == null) {
                    wrong.add("refused, but good: " + refused.statusMessage());
                }
            }
            read();
        }

        private void read() {
            MonitorStream open = stream;
            if (open == null || left || ended != null) {
                return;
            }
            for (Delivery next = open.poll(); next != null; next = open.poll()) {
                received.add(next);
            }
            ended = open.ended();
            if (ended != null) {
                truth.ends(lastAskedNanos, time.nanos());
                judge(ended);
            }
        }

        private void judge(GrpcStatus status) {
            if (refusalDue != null) {
                ruledOut = true;
                if (!status.equals(GrpcStatus.Code.INVALID_ARGUMENT.with(refusalDue))) {
                    wrong.add("is to be refused with \"" + refusalDue + "\", but ended with " + status);
                }
            } else if (status.code() == GrpcStatus.Code.RESOURCE_EXHAUSTED && namesARule(status.message())) {
                withoutRoom = status.message();
            } else {
                wrong.add("ended with " + status);
            }
        }

        private boolean namesARule(String text) {
            return story.rules().keySet().stream().anyMatch(text::contains);
        }

        void beginComparison() {
            MonitorStream open = stream;
            truth.compare(
                    received, open == null || left || ended != null ? OptionalLong.empty() : open.activeFromSlot());
        }

        List<String> faults() {
            MonitorStream open = stream;
            if (open != null && !left && ended == null) {
                if (refusalDue != null) {
                    wrong.add("is not refused with \"" + refusalDue + "\"");
                } else if (truth.asksForSomething() && open.activeFromSlot().isEmpty()) {
                    wrong.add("is not told from which slot on it gets everything");
                }
            }
            if (refusalDue == null || ended != null) {
                String fault = truth.fault();
                if (fault != null) {
                    wrong.add(fault);
                }
            }
            return wrong.stream()
                    .map(fault -> part.monitor().id() + ": " + fault)
                    .toList();
        }
    }
}
