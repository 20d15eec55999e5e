package io.firehole.pool.budget.ledger;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;

/** A machine's two clocks, in time that passes when a test says so: it can start anew, and its wall clock can be set. */
public final class FakeMachine implements BootClock, InstantSource {

    private long bootNanos = Duration.ofHours(3).toNanos();
    private long wallMillis = 1_800_000_000_000L;
    private long boots = 1;

    /** Time passes. */
    public void pass(Duration time) {
        bootNanos += time.toNanos();
        wallMillis += time.toMillis();
    }

    /** The machine is off for that long, then starts. */
    public void reboot(Duration off) {
        wallMillis += off.toMillis();
        bootNanos = Duration.ofSeconds(4).toNanos();
        boots++;
    }

    /** Somebody sets the wall clock. */
    public void setWall(Duration forward) {
        wallMillis += forward.toMillis();
    }

    /** The boot clock is not what it was: as in a container that tells its own. */
    public void setBoot(Duration forward) {
        bootNanos += forward.toNanos();
    }

    @Override
    public long nanos() {
        return bootNanos;
    }

    @Override
    public UUID bootId() {
        return new UUID(7, boots);
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(wallMillis);
    }

    @Override
    public long millis() {
        return wallMillis;
    }
}
