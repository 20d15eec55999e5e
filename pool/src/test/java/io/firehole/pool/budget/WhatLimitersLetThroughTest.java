package io.firehole.pool.budget;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.pool.time.Timers;
import io.firehole.pool.time.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Measures the table of the decision for the interval log: what a provider counts behind each limiter, 60 per 60 s. */
class WhatLimitersLetThroughTest {

    private static final BudgetRule RULE = BudgetRule.DEFAULT;
    private static final long WINDOW_NANOS = RULE.per().toNanos();
    private static final Duration STORY = Duration.ofMinutes(5);
    private static final int STORIES = 60;
    private static final Path PAGE = Path.of(
            System.getProperty("firehole.root", ".."), "docs/decisions/0003-interval-log-instead-of-token-bucket.md");

    /** How long a connect takes to arrive. */
    private enum Delay {
        NONE,
        UP_TO_3_S,
        ONE_OF_100_LOST_ONCE
    }

    /** What befalls the process. */
    private enum Fate {
        LIVES,
        STARTS_AGAIN_ONCE,
        CRASHES_EVERY_10_S
    }

    static Stream<Arguments> limiters() {
        return Stream.of(
                Arguments.of("fixed window", Limiters.FIXED_WINDOW),
                Arguments.of("token bucket (Bucket4j)", Limiters.TOKEN_BUCKET),
                Arguments.of("one a second", Limiters.SPACING),
                Arguments.of("sliding log", Limiters.SLIDING_LOG),
                Arguments.of("sliding log, 250 ms longer", Limiters.CAREFUL_SLIDING_LOG),
                Arguments.of("interval log in memory", Limiters.INTERVAL_LOG_OF_ONE_CLASS),
                Arguments.of("**interval log with a ledger**", Limiters.INTERVAL_LOG_OF_ONE_CLASS_WITH_LEDGER));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("limiters")
    void theTableOfTheDecisionSaysIt(String name, Gatekeeper.Kind kind) throws IOException {
        String row = "| " + name + " | "
                + String.join(
                        " | ",
                        text(worst(kind, Delay.NONE, Fate.LIVES, 1, false)),
                        text(worst(kind, Delay.NONE, Fate.LIVES, 1, true)),
                        text(worst(kind, Delay.UP_TO_3_S, Fate.LIVES, 1, true)),
                        text(worst(kind, Delay.ONE_OF_100_LOST_ONCE, Fate.LIVES, 1, true)),
                        text(worst(kind, Delay.NONE, Fate.STARTS_AGAIN_ONCE, 1, true)),
                        text(worst(kind, Delay.NONE, Fate.CRASHES_EVERY_10_S, 1, true)),
                        text(worst(kind, Delay.NONE, Fate.LIVES, 3, true)),
                        sustained(kind))
                + " |";
        assertThat(Files.readAllLines(PAGE)).contains(row);
    }

    @Test
    void theIntervalLogGivesAllOfAQuietMinuteAtOnce() {
        Story story = new Story(Limiters.INTERVAL_LOG_OF_ONE_CLASS, Delay.NONE, Fate.LIVES, 1, new Random(1));
        story.demand(0, 60);
        story.time.runFor(Duration.ofMillis(1));
        assertThat(story.arrivals).hasSize(60);
    }

    private static String text(int worst) {
        return worst > RULE.max() ? "**" + worst + "**" : String.valueOf(worst);
    }

    /** The most that arrive in any window, over all stories. */
    private static int worst(Gatekeeper.Kind kind, Delay delay, Fate fate, int processes, boolean closed) {
        int worst = 0;
        for (int seed = 0; seed < STORIES; seed++) {
            Random random = new Random(seed);
            Story story = new Story(kind, delay, fate, processes, random);
            story.demandOfKind(seed % 3, random);
            story.time.runFor(STORY);
            worst = Math.max(worst, story.worstWindow(closed));
        }
        return worst;
    }

    /** How many a minute, if there is always somebody who wants one. */
    private static String sustained(Gatekeeper.Kind kind) {
        Story story = new Story(kind, Delay.NONE, Fate.LIVES, 1, new Random(1));
        story.demandOfKind(0, new Random(1));
        story.time.runFor(STORY);
        long minutes = STORY.toMinutes();
        long after = story.arrivals.stream()
                .filter(nanos -> nanos >= WINDOW_NANOS / 2 && nanos < minutes * WINDOW_NANOS - WINDOW_NANOS / 2)
                .count();
        return String.valueOf(Math.round(after / (double) (minutes - 1)));
    }

    /** Some minutes in the life of a limiter. */
    private static final class Story {
        private final VirtualTime time = new VirtualTime();
        private final List<Long> arrivals = new ArrayList<>();
        private final Delay delay;
        private final Random random;
        private final Gatekeeper.Birth birth;
        private final List<Life> lives = new ArrayList<>();

        Story(Gatekeeper.Kind kind, Delay delay, Fate fate, int processes, Random random) {
            this.delay = delay;
            this.random = random;
            this.birth = kind.in(RULE, time, random);
            for (int i = 0; i < processes; i++) {
                lives.add(new Life());
            }
            switch (fate) {
                case LIVES -> {}
                case STARTS_AGAIN_ONCE -> time.after(Duration.ofSeconds(70).toNanos(), this::startAgain);
                case CRASHES_EVERY_10_S -> {
                    for (long at = 10; at < STORY.toSeconds(); at += 10) {
                        time.after(Duration.ofSeconds(at).toNanos(), this::startAgain);
                    }
                }
            }
        }

        /** 0: always somebody; 1: two bursts, the second somewhat later; 2: at random. */
        void demandOfKind(int kind, Random shape) {
            for (int i = 0; i < 600; i++) {
                long atNanos = switch (kind) {
                    case 0 -> STORY.toNanos() / 600 * i / 2;
                    case 1 ->
                        i < 60
                                ? WINDOW_NANOS - 1
                                : WINDOW_NANOS * (i / 120) + Math.floorMod(shape.nextLong(), 3 * WINDOW_NANOS / 2);
                    default -> Math.floorMod(shape.nextLong(), STORY.toNanos());
                };
                demand(kind == 0 && i < 240 ? 0 : atNanos, 1);
            }
        }

        void demand(long atNanos, int count) {
            for (int i = 0; i < count; i++) {
                int which = arrivals.size() % lives.size();
                time.after(
                        atNanos,
                        () -> lives.get((which + random.nextInt(lives.size())) % lives.size())
                                .connect());
            }
        }

        private void startAgain() {
            for (int i = 0; i < lives.size(); i++) {
                Life before = lives.get(i);
                before.dead = true;
                Life next = new Life();
                lives.set(i, next);
                for (int waiting = before.waiting; waiting > 0; waiting--) {
                    next.connect();
                }
            }
        }

        int worstWindow(boolean closed) {
            long[] sorted =
                    arrivals.stream().mapToLong(Long::longValue).sorted().toArray();
            int worst = 0;
            for (int first = 0, last = 0; last < sorted.length; last++) {
                while (sorted[last] - sorted[first] >= WINDOW_NANOS + (closed ? 1 : 0)) {
                    first++;
                }
                worst = Math.max(worst, last - first + 1);
            }
            return worst;
        }

        private long delayNanos() {
            return switch (delay) {
                case NONE -> 0;
                case UP_TO_3_S -> random.nextLong(3_000_000_001L);
                case ONE_OF_100_LOST_ONCE -> random.nextInt(100) == 0 ? 7_000_000_000L : 20_000_000L;
            };
        }

        private final class Life implements Timers {
            private boolean dead;
            private int waiting;
            private final Gatekeeper gatekeeper = birth.process(this);

            void connect() {
                waiting++;
                gatekeeper.ask(leave -> {
                    waiting--;
                    long arrivesInNanos = delayNanos();
                    arrivals.add(time.nanos() + arrivesInNanos);
                    leave.attempted();
                    after(arrivesInNanos + 1, leave::settle);
                });
            }

            @Override
            public Timer after(long delayNanos, Runnable task) {
                return time.after(delayNanos, () -> {
                    if (!dead) {
                        task.run();
                    }
                });
            }
        }
    }
}
