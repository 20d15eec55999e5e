package io.firehole.history;

import io.firehole.history.KeptHistory.DatabaseLink;
import io.firehole.pool.metrics.MetricsSecond;
import io.firehole.pool.time.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A history in virtual time, on the test's thread, that can be closed and opened again. */
final class VirtualHistory implements AutoCloseable {

    private final HistorySettings settings;
    private final @Nullable DatabaseLink link;
    private final Instant begin;
    private final long seed;
    private Duration before = Duration.ZERO;
    private VirtualTime time = new VirtualTime();
    private History history;

    VirtualHistory(HistorySettings settings, Instant begin, @Nullable DatabaseLink link, long seed) throws IOException {
        this.settings = settings;
        this.begin = begin;
        this.link = link;
        this.seed = seed;
        this.history = open();
    }

    private History open() throws IOException {
        InstantSource clock = this::now;
        return KeptHistory.open(settings, new HistoryRuntime(clock, time, time, new Random(seed)), link);
    }

    /** A life later; the one before ended well, or by being killed. */
    void again(boolean killed) throws IOException {
        if (killed) {
            time.close(); // nothing of it runs any more, and nothing is written
            ((KeptHistory) history).letGo();
        } else {
            history.close();
        }
        before = Duration.between(begin, now());
        time = new VirtualTime();
        history = open();
    }

    Instant now() {
        return begin.plus(before).plusNanos(time.nanos());
    }

    /** Gives it so many seconds, each when it is over. */
    void live(Days days, int seconds, int monitors) {
        for (int i = 0; i < seconds; i++) {
            MetricsSecond second = days.second(now(), monitors);
            time.runFor(Duration.ofSeconds(1));
            history.accept(second);
        }
        time.runDue();
    }

    /** Lets time pass without anything to keep. */
    void rest(Duration duration) {
        time.runFor(duration);
    }

    History history() {
        return history;
    }

    @Override
    public void close() {
        history.close();
    }
}
