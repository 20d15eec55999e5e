package io.firehole.cli;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A wish to stop, which a signal brings (Ctrl-C, SIGTERM), and the promise that the process lives until all is put away. A second
 * signal is a wish to stop sooner.
 *
 * <p>One for the process. Until a command says that it {@linkplain #heeded heeds} it, signals end the process as they always
 * do.
 */
final class Termination {

    /** Nobody waits longer for a process that was told to stop; then it ends as it is. */
    private static final Duration CLEANUP_MAX = Duration.ofSeconds(10);

    /** Nor for one that was told twice. */
    private static final Duration HURRIED_CLEANUP_MAX = Duration.ofSeconds(5);

    private static final CountDownLatch WANTED = new CountDownLatch(1);
    private static final CountDownLatch HURRIED = new CountDownLatch(1);
    private static final CountDownLatch FINISHED = new CountDownLatch(1);
    private static final List<Runnable> HURRIES = new CopyOnWriteArrayList<>();
    private static volatile Duration cleanupMax = CLEANUP_MAX;
    private static volatile int exitCode = ExitCode.FAILED;
    private static volatile boolean heeded;

    private Termination() {}

    /** Once, when the program starts. */
    static void install() {
        Runtime.getRuntime().addShutdownHook(new Thread(Termination::onShutdown, "firehole-termination"));
    }

    /** From now on a signal is a wish; whoever says so waits for it with {@link #await}. */
    static void heeded() {
        heeded(CLEANUP_MAX);
    }

    /**
     * The same for a command that needs a while.
     *
     * @param within after that long the process ends, whatever is not put away
     */
    static void heeded(Duration within) {
        cleanupMax = within;
        if (!heeded) {
            heeded = true;
            Signals.onEach(Termination::signalled, "TERM", "INT");
        }
    }

    /**
     * Waits for the wish to stop.
     *
     * @return whether it came; false if the time passed first
     * @throws InterruptedException if the thread is interrupted, which is how a test stops a command
     */
    static boolean await(Duration atMost) throws InterruptedException {
        return WANTED.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Waits for the wish to stop, however long. */
    static void await() throws InterruptedException {
        WANTED.await();
    }

    /** Somebody wishes the program to stop, by a signal or by other means. */
    static void wish() {
        if (WANTED.getCount() > 0) {
            WANTED.countDown();
            endAfter(cleanupMax);
        }
    }

    /** What to do when somebody wishes that twice; at once if that has been. */
    static void onHurry(Runnable hurry) {
        HURRIES.add(hurry);
        if (HURRIED.getCount() == 0) {
            hurry.run();
        }
    }

    /** All is put away: the process may end with this code. */
    static void finished(int code) {
        exitCode = code;
        FINISHED.countDown();
    }

    private static void signalled() {
        if (WANTED.getCount() > 0) {
            wish();
        } else if (HURRIED.getCount() > 0) {
            HURRIED.countDown();
            HURRIES.forEach(Runnable::run);
            endAfter(HURRIED_CLEANUP_MAX);
        }
    }

    private static void endAfter(Duration time) {
        Thread.ofPlatform().daemon().name("firehole-termination-limit").start(() -> {
            try {
                if (!FINISHED.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
                    Runtime.getRuntime().halt(exitCode);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Runs when the process is about to end: by a signal that is not handled, or because {@code main} is done. */
    private static void onShutdown() {
        if (!heeded || FINISHED.getCount() == 0) {
            return;
        }
        WANTED.countDown();
        try {
            if (FINISHED.await(cleanupMax.toNanos(), TimeUnit.NANOSECONDS)) {
                // The JVM would answer a signal with 128 + its number, though everything ended as it should.
                Runtime.getRuntime().halt(exitCode);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
