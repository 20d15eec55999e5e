package io.firehole.pool;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * The rules of a pool. {@link #DEFAULT} is what runs when nothing is configured; the {@code with} methods change one rule.
 *
 * @param maxConnections how many connections may be open or opening at once
 * @param connectionTtl how long a connection without a stream stays open
 * @param healthCheckInterval how often a connection is asked for a sign of life
 * @param groups what each group may use; all three must be there
 * @param mailbox what may wait for one monitor
 * @param linger how long a filter nobody wants any more stays with the provider, for a client that comes back
 * @param slotWatchdog how long a stream may show no slot before it is taken for dead
 * @param batchMin the least time between two requests on one stream
 * @param batchMax how long a change of filters may wait for others to join it
 * @param batchSize how many changes end the wait
 * @param unaryWait how long a unary call, or a call of a monitor's own, waits for a connection; and how long a unary call
 *     waits for its answer
 * @param commandsMax how many commands may wait for the pool's control thread
 * @param streamsMax how many monitors' streams may be open at once
 * @param replayWindow for how long a provider can replay what was missed
 */
public record PoolConfig(
        int maxConnections,
        Duration connectionTtl,
        Duration healthCheckInterval,
        Map<Group, GroupLimits> groups,
        MailboxLimits mailbox,
        Duration linger,
        Duration slotWatchdog,
        Duration batchMin,
        Duration batchMax,
        int batchSize,
        Duration unaryWait,
        int commandsMax,
        int streamsMax,
        Duration replayWindow) {

    /** What runs when nothing is configured. */
    public static final PoolConfig DEFAULT = new PoolConfig(
            15,
            Duration.ofMinutes(5),
            Duration.ofSeconds(30),
            GroupLimits.defaults(),
            MailboxLimits.DEFAULT,
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            Duration.ofMillis(10),
            Duration.ofMillis(100),
            10,
            Duration.ofSeconds(10),
            1_024,
            10_000,
            Duration.ofSeconds(60));

    public PoolConfig {
        atLeast(1, maxConnections, "max-connections");
        positive(connectionTtl, "connection-ttl");
        positive(healthCheckInterval, "health-check-interval");
        groups = Map.copyOf(groups);
        for (Group group : Group.values()) {
            if (!groups.containsKey(group)) {
                throw new IllegalArgumentException("groups: " + group.word() + " is missing");
            }
        }
        if (linger.isNegative()) {
            throw new IllegalArgumentException("linger must not be negative, was " + linger);
        }
        positive(slotWatchdog, "slot-watchdog");
        positive(batchMin, "batch-min");
        if (batchMax.compareTo(batchMin) < 0) {
            throw new IllegalArgumentException(
                    "batch-max must be at least batch-min " + batchMin + ", was " + batchMax);
        }
        atLeast(1, batchSize, "batch-size");
        positive(unaryWait, "unary-wait");
        atLeast(1, commandsMax, "commands-max");
        atLeast(1, streamsMax, "streams-max");
        positive(replayWindow, "replay-window");
    }

    /** What that group may use. */
    public GroupLimits limits(Group group) {
        GroupLimits limits = groups.get(group);
        if (limits == null) {
            throw new IllegalStateException("groups: " + group.word() + " is missing");
        }
        return limits;
    }

    /** These rules with another number of connections. */
    public PoolConfig withMaxConnections(int connections) {
        return new PoolConfig(
                connections,
                connectionTtl,
                healthCheckInterval,
                groups,
                mailbox,
                linger,
                slotWatchdog,
                batchMin,
                batchMax,
                batchSize,
                unaryWait,
                commandsMax,
                streamsMax,
                replayWindow);
    }

    /** These rules with another time for connections without streams. */
    public PoolConfig withConnectionTtl(Duration ttl) {
        return new PoolConfig(
                maxConnections,
                ttl,
                healthCheckInterval,
                groups,
                mailbox,
                linger,
                slotWatchdog,
                batchMin,
                batchMax,
                batchSize,
                unaryWait,
                commandsMax,
                streamsMax,
                replayWindow);
    }

    /** These rules with another interval of health checks. */
    public PoolConfig withHealthCheckInterval(Duration interval) {
        return new PoolConfig(
                maxConnections,
                connectionTtl,
                interval,
                groups,
                mailbox,
                linger,
                slotWatchdog,
                batchMin,
                batchMax,
                batchSize,
                unaryWait,
                commandsMax,
                streamsMax,
                replayWindow);
    }

    /** These rules with others for one group. */
    public PoolConfig withGroup(Group group, GroupLimits limits) {
        Map<Group, GroupLimits> changed = new EnumMap<>(groups);
        changed.put(group, limits);
        return new PoolConfig(
                maxConnections,
                connectionTtl,
                healthCheckInterval,
                changed,
                mailbox,
                linger,
                slotWatchdog,
                batchMin,
                batchMax,
                batchSize,
                unaryWait,
                commandsMax,
                streamsMax,
                replayWindow);
    }

    /** These rules with other mailboxes. */
    public PoolConfig withMailbox(MailboxLimits limits) {
        return new PoolConfig(
                maxConnections,
                connectionTtl,
                healthCheckInterval,
                groups,
                limits,
                linger,
                slotWatchdog,
                batchMin,
                batchMax,
                batchSize,
                unaryWait,
                commandsMax,
                streamsMax,
                replayWindow);
    }

    /** These rules with another linger; zero forgets a filter as soon as nobody wants it. */
    public PoolConfig withLinger(Duration time) {
        return new PoolConfig(
                maxConnections,
                connectionTtl,
                healthCheckInterval,
                groups,
                mailbox,
                time,
                slotWatchdog,
                batchMin,
                batchMax,
                batchSize,
                unaryWait,
                commandsMax,
                streamsMax,
                replayWindow);
    }

    /** These rules with another patience for slots. */
    public PoolConfig withSlotWatchdog(Duration time) {
        return new PoolConfig(
                maxConnections,
                connectionTtl,
                healthCheckInterval,
                groups,
                mailbox,
                linger,
                time,
                batchMin,
                batchMax,
                batchSize,
                unaryWait,
                commandsMax,
                streamsMax,
                replayWindow);
    }

    /** These rules with another bound on what waits for the control thread. */
    public PoolConfig withCommandsMax(int commands) {
        return new PoolConfig(
                maxConnections,
                connectionTtl,
                healthCheckInterval,
                groups,
                mailbox,
                linger,
                slotWatchdog,
                batchMin,
                batchMax,
                batchSize,
                unaryWait,
                commands,
                streamsMax,
                replayWindow);
    }

    /** These rules with another bound on monitors' streams. */
    public PoolConfig withStreamsMax(int streams) {
        return new PoolConfig(
                maxConnections,
                connectionTtl,
                healthCheckInterval,
                groups,
                mailbox,
                linger,
                slotWatchdog,
                batchMin,
                batchMax,
                batchSize,
                unaryWait,
                commandsMax,
                streams,
                replayWindow);
    }

    /** These rules for a provider that replays so far back. */
    public PoolConfig withReplayWindow(Duration window) {
        return new PoolConfig(
                maxConnections,
                connectionTtl,
                healthCheckInterval,
                groups,
                mailbox,
                linger,
                slotWatchdog,
                batchMin,
                batchMax,
                batchSize,
                unaryWait,
                commandsMax,
                streamsMax,
                window);
    }

    private static void atLeast(int least, int value, String key) {
        if (value < least) {
            throw new IllegalArgumentException(key + " must be at least " + least + ", was " + value);
        }
    }

    private static void positive(Duration value, String key) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(key + " must be more than zero, was " + value);
        }
    }
}
