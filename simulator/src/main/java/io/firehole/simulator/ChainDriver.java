package io.firehole.simulator;

import io.firehole.simulator.chain.Chain;
import io.firehole.simulator.server.ProviderServer;
import io.firehole.simulator.time.ProviderClock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that lets the chain go on and wakes the streams. */
final class ChainDriver implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ChainDriver.class);

    /** Never sleeps longer than this: the clock may be one that a test moves. */
    private static final long LONGEST_NAP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Chain chain;
    private final ProviderServer server;
    private final ProviderClock clock;
    private final Thread thread;
    private volatile boolean running = true;

    ChainDriver(Chain chain, ProviderServer server, ProviderClock clock) {
        this.chain = chain;
        this.server = server;
        this.clock = clock;
        this.thread = Thread.ofPlatform().name("simulator-chain").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    @Override
    public void close() {
        running = false;
        LockSupport.unpark(thread);
        try {
            thread.join(1_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (running) {
            try {
                if (chain.advanceTo(clock.nanos(), clock.wall()) > 0) {
                    server.advance();
                }
                long nap = Math.min(chain.nextEventNanos() - clock.nanos(), LONGEST_NAP_NANOS);
                if (nap > 0) {
                    LockSupport.parkNanos(nap);
                }
            } catch (RuntimeException e) {
                log.error("the chain stopped", e);
                return;
            }
        }
    }
}
