package io.firehole.pool;

import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.lincheck.Lincheck;
import org.jspecify.annotations.Nullable;

/**
 * Runs short concurrent stories in every order of their steps that matters, one after the other and each the same way every
 * time, as far as the number of tries goes.
 *
 * <p>Few tries find the mistakes that were made on purpose (see the tests); where {@code CI} is set there are more.
 */
public final class Interleavings {

    private static final int TRIES = 15;
    private static final int TRIES_IN_CI = 150;

    /**
     * A try takes milliseconds, but the first one has all classes rewritten, and counts as hung after 10 s. What hangs indeed
     * hangs each time.
     */
    private static final int BEGUN_MAX = 3;

    private static final String HUNG = "has hung";

    private Interleavings() {}

    /**
     * Runs that story again and again.
     *
     * @param story makes all that it uses anew, and its threads
     * @throws AssertionError with the order of steps, if it fails in one
     */
    public static void tryAll(Story story) {
        boolean inCi = "true".equals(System.getenv("CI"));
        for (int begun = 1; ; begun++) {
            try {
                Lincheck.runConcurrentTest(inCi ? TRIES_IN_CI : TRIES, () -> {
                    try {
                        story.tell();
                    } catch (InterruptedException interrupted) {
                        throw new AssertionError(interrupted);
                    }
                });
                return;
            } catch (AssertionError failed) {
                if (begun == BEGUN_MAX || !String.valueOf(failed.getMessage()).contains(HUNG)) {
                    throw failed;
                }
            }
        }
    }

    /** Something that several threads do. */
    @FunctionalInterface
    public interface Story {

        void tell() throws InterruptedException;
    }

    /** Runs all of these at once, waits for them, and fails as the first one that does. */
    public static void together(Runnable... sides) throws InterruptedException {
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        Thread[] threads = new Thread[sides.length];
        for (int i = 0; i < sides.length; i++) {
            Runnable side = sides[i];
            threads[i] = new Thread(() -> {
                try {
                    side.run();
                } catch (RuntimeException | Error failed) {
                    failure.compareAndSet(null, failed);
                }
            });
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        Throwable failed = failure.get();
        if (failed != null) {
            throw new AssertionError(failed.getMessage(), failed);
        }
    }

    /** For stories: what must hold. */
    public static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
