package io.firehole.cli.pilot;

import io.firehole.wire.proto.SubscribeUpdate;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** Opens a subscription on both ways, and compares what they bring for a while. One thread runs it. */
public final class Pilot {

    /** How long both calls may take to open. */
    private static final Duration OPEN_WITHIN = Duration.ofSeconds(30);

    /** Between two looks at what waits. */
    private static final Duration TICK = Duration.ofMillis(200);

    /** Between two lines that tell how it stands. */
    private static final Duration PROGRESS = Duration.ofSeconds(10);

    /** Updates compared in one go. */
    private static final int TURN = 10_000;

    /** Updates on their way to the comparison; one more means that it cannot keep up, and ends the run. */
    private static final int QUEUE_MAX = 100_000;

    /** Something that happened on one way. */
    private sealed interface Event {
        record Opened(Side side, long atNanos) implements Event {}

        record Came(Side side, SubscribeUpdate update, long atNanos) implements Event {}

        record Ended(Side side, String why) implements Event {}
    }

    private final PilotSettings settings;
    private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final AtomicBoolean overflowed = new AtomicBoolean();
    private final Comparison comparison;
    private final Set<Side> opened = EnumSet.noneOf(Side.class);
    private Optional<Event.Ended> over = Optional.empty();

    public Pilot(PilotSettings settings) {
        this.settings = settings;
        this.comparison = new Comparison(
                settings.severalNodes() ? Sighting.Nodes.SEVERAL : Sighting.Nodes.ONE, RandomGenerator.getDefault());
    }

    /**
     * Compares until the time is over, somebody wants an end, or one of the two ways ends.
     *
     * @param stop whether somebody wants an end
     * @param progress told from time to time how it stands, and how long it has been
     * @throws UnreachableException if one of the two never opened
     */
    public PilotReport run(BooleanSupplier stop, Consumer<PilotReport> progress)
            throws UnreachableException, InterruptedException {
        try (Subscriber gateway = new GatewaySubscriber(
                        settings.gateway(),
                        settings.gatewayToken(),
                        settings.monitorId(),
                        settings.request(),
                        new Recorder(Side.GATEWAY));
                Subscriber direct =
                        new DirectSubscriber(settings.provider(), settings.request(), new Recorder(Side.DIRECT))) {
            awaitBoth(gateway, direct);
            long began = System.nanoTime();
            long end = began + settings.time().toNanos();
            long nextWord = began + PROGRESS.toNanos();
            while (System.nanoTime() < end && !stop.getAsBoolean() && !isBroken()) {
                take(gateway, direct);
                if (System.nanoTime() - nextWord >= 0) {
                    nextWord += PROGRESS.toNanos();
                    progress.accept(comparison.report(Optional.empty()));
                }
            }
            comparison.end(System.nanoTime());
            long patience = System.nanoTime() + Comparison.PATIENCE.toNanos() + TICK.toNanos();
            while (!comparison.isSettled() && System.nanoTime() < patience && !isBroken()) {
                take(gateway, direct);
            }
            return comparison.report(failure());
        }
    }

    private void awaitBoth(Subscriber gateway, Subscriber direct) throws UnreachableException, InterruptedException {
        long patience = System.nanoTime() + OPEN_WITHIN.toNanos();
        while (opened.size() < Side.values().length) {
            take(gateway, direct);
            if (over.isPresent() && !opened.contains(over.get().side())) {
                throw new UnreachableException(shown(over.get().side()) + " cannot be reached: "
                        + over.get().why());
            }
            if (System.nanoTime() >= patience) {
                Side missing = opened.contains(Side.GATEWAY) ? Side.DIRECT : Side.GATEWAY;
                throw new UnreachableException(
                        shown(missing) + " did not open within " + OPEN_WITHIN.toSeconds() + " s");
            }
            if (isBroken()) {
                return;
            }
        }
    }

    private void take(Subscriber gateway, Subscriber direct) throws InterruptedException {
        Event event = events.poll(TICK.toNanos(), TimeUnit.NANOSECONDS);
        for (int left = TURN; event != null; event = --left > 0 ? events.poll() : null) {
            switch (event) {
                case Event.Opened(Side side, long atNanos) -> {
                    opened.add(side);
                    comparison.opened(side, atNanos);
                }
                case Event.Came(Side side, SubscribeUpdate update, long atNanos) -> {
                    if (update.hasPing()) {
                        (side == Side.GATEWAY ? gateway : direct).answerPing();
                    } else {
                        comparison.take(side, update, atNanos);
                    }
                }
                case Event.Ended ended -> over = over.isPresent() ? over : Optional.of(ended);
            }
        }
        comparison.passed(System.nanoTime());
    }

    private boolean isBroken() {
        return over.isPresent() || overflowed.get() || comparison.isOverfull();
    }

    private Optional<String> failure() {
        if (over.isPresent()) {
            return Optional.of(
                    shown(over.get().side()) + " ended the call: " + over.get().why());
        }
        if (overflowed.get()) {
            return Optional.of("updates came faster than they could be compared");
        }
        return comparison.isOverfull()
                ? Optional.of("the two ways are more than " + Comparison.WAITING_MAX + " updates apart")
                : Optional.empty();
    }

    private static String shown(Side side) {
        return side == Side.GATEWAY ? "the gateway" : "the provider";
    }

    /** Puts what one way tells into the queue, with the time at which it came. */
    private final class Recorder implements SubscriberEvents {

        private final Side side;

        Recorder(Side side) {
            this.side = side;
        }

        @Override
        public void opened() {
            put(new Event.Opened(side, System.nanoTime()));
        }

        @Override
        public void update(SubscribeUpdate update) {
            put(new Event.Came(side, update, System.nanoTime()));
        }

        @Override
        public void ended(String why) {
            put(new Event.Ended(side, why));
        }

        private void put(Event event) {
            if (!events.offer(event)) {
                overflowed.set(true);
            }
        }
    }
}
