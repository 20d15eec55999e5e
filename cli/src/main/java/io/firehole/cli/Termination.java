package io.firehole.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A wish to stop, which a signal brings (Ctrl-C, SIGTERM), and the promise that the process lives until all is put away.
 *
 * <p>One for the process. Until a command says that it {@linkplain #heeded heeds} it, signals end the process as they always
 * do.
 */
final class Termination {

    /** Nobody waits longer for a process that was told to stop; then it ends as it is. */
    private static final Duration CLEANUP_MAX = Duration.ofSeconds(10);

    private static final CountDownLatch WANTED = new CountDownLatch(1);
    private static final CountDownLatch FINISHED = new CountDownLatch(1);
    private static volatile int exitCode = ExitCode.FAILED;
    private static volatile boolean heeded;

    private Termination() {}

    /** Once, when the program starts. */
    static void install() {
        Runtime.getRuntime().addShutdownHook(new Thread(Termination::onShutdown, "firehole-termination"));
    }

    /** From now on a signal is a wish; whoever says so waits for it with {@link #await}. */
    static void heeded() {
        heeded = true;
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

    /** All is put away: the process may end with this code. */
    static void finished(int code) {
        exitCode = code;
        FINISHED.countDown();
    }

    /** Runs when the process is about to end: because of a signal, or because {@code main} is done. */
    private static void onShutdown() {
        if (!heeded || FINISHED.getCount() == 0) {
            return;
        }
        WANTED.countDown();
        try {
            if (FINISHED.await(CLEANUP_MAX.toNanos(), TimeUnit.NANOSECONDS)) {
                // The JVM would answer a signal with 128 + its number, though everything ended as it should.
                Runtime.getRuntime().halt(exitCode);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
