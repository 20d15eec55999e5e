package io.firehole.wire;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Runs a test over many random cases, each from a seed of its own, the same in every run. With {@code CI=true} in the
 * environment there are five times as many. A failure names the seed of its case; {@code -Dfirehole.seed=N} runs that case
 * alone.
 */
final class SeededCases {

    private static final int CI_FACTOR = 5;
    private static final RandomGeneratorFactory<RandomGenerator> GENERATORS =
            RandomGeneratorFactory.of("L64X128MixRandom");

    private SeededCases() {}

    /** One case; its random numbers are all it may depend on. */
    @FunctionalInterface
    interface Case {
        void run(RandomGenerator random) throws Exception;
    }

    /** Runs so many cases, on CI more. */
    static void run(int cases, Case each) {
        Long only = Long.getLong("firehole.seed");
        if (only != null) {
            runOne(only, each);
            return;
        }
        int all = "true".equals(System.getenv("CI")) ? cases * CI_FACTOR : cases;
        for (long seed = 0; seed < all; seed++) {
            runOne(seed, each);
        }
    }

    private static void runOne(long seed, Case each) {
        try {
            each.run(GENERATORS.create(seed));
        } catch (Exception | AssertionError e) {
            throw new AssertionError("case of seed " + seed + ": " + e.getMessage(), e);
        }
    }
}
