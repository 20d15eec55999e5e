package io.firehole.pool;

import io.firehole.filters.profile.Profiles;
import io.firehole.filters.profile.ProviderProfile;
import io.firehole.pool.buffer.BufferLimits;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * The rules of a pool. {@link #DEFAULT} is what runs when nothing is configured; the {@code with} methods change one rule.
 *
 * @param maxConnections how many connections may be open or opening at once
 * @param connectionTtl how long a connection without a stream stays open
 * @param healthCheckInterval how often a connection is asked for a sign of life
 * @param groups what each group may use; all three must be there
 * @param mailbox what may wait for one monitor
 * @param slow what else is said of monitors that read too slowly, and of memory
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
 * @param profile what the provider allows
 * @param wideningMax how many updates a union of filters may bring for each one that somebody asked for; see
 *     {@code merging}
 * @param vetting whether filters the provider has not yet been seen to take are tried on a call of their own before
 *     they are merged with those of others
 * @param automaticGroups whether monitors are moved to the group that fits their rate
 * @param groupRates which group fits which rate
 * @param integritySamplesPerSecond how many updates are matched a second time here, to see whether their routing was
 *     right; 0 for none
 * @param recentTransactionsBytes how much of the transactions received last is kept, for whoever asks why one did or did
 *     not go to a monitor; 0 for nothing
 * @param gapPolicies what becomes of whose stream when it has a gap
 * @param buffer how much of what was received lately is kept for clients that come back
 */
public record PoolConfig(
        int maxConnections,
        Duration connectionTtl,
        Duration healthCheckInterval,
        Map<Group, GroupLimits> groups,
        MailboxLimits mailbox,
        SlowMonitorRules slow,
        Duration linger,
        Duration slotWatchdog,
        Duration batchMin,
        Duration batchMax,
        int batchSize,
        Duration unaryWait,
        int commandsMax,
        int streamsMax,
        Duration replayWindow,
        ProviderProfile profile,
        double wideningMax,
        boolean vetting,
        boolean automaticGroups,
        GroupRates groupRates,
        int integritySamplesPerSecond,
        long recentTransactionsBytes,
        GapPolicies gapPolicies,
        BufferLimits buffer) {

    /** What runs when nothing is configured. */
    public static final PoolConfig DEFAULT = new PoolConfig(
            15,
            Duration.ofMinutes(5),
            Duration.ofSeconds(30),
            GroupLimits.defaults(),
            MailboxLimits.DEFAULT,
            SlowMonitorRules.DEFAULT,
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            Duration.ofMillis(10),
            Duration.ofMillis(100),
            10,
            Duration.ofSeconds(10),
            1_024,
            10_000,
            Duration.ofSeconds(60),
            Profiles.named("open"),
            10,
            true,
            false,
            GroupRates.DEFAULT,
            10,
            32L << 20,
            GapPolicies.DEFAULT,
            BufferLimits.DEFAULT);

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
        Objects.requireNonNull(mailbox, "mailbox");
        Objects.requireNonNull(slow, "slow");
        if (mailbox.policy() == MailboxLimits.OverrunPolicy.SPILL
                && slow.spill().isEmpty()) {
            throw new IllegalArgumentException(SlowMonitorRules.NOWHERE);
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
        Objects.requireNonNull(profile, "profile");
        Objects.requireNonNull(groupRates, "groupRates");
        Objects.requireNonNull(gapPolicies, "gapPolicies");
        Objects.requireNonNull(buffer, "buffer");
        if (!(wideningMax >= 1)) {
            throw new IllegalArgumentException("widening-max must be at least 1, was " + wideningMax);
        }
        atLeast(0, integritySamplesPerSecond, "integrity-samples-per-second");
        if (recentTransactionsBytes < 0) {
            throw new IllegalArgumentException(
                    "recent-transactions must not be negative, was " + recentTransactionsBytes);
        }
    }

    /** What that group may use. */
    public GroupLimits limits(Group group) {
        GroupLimits limits = groups.get(group);
        if (limits == null) {
            throw new IllegalStateException("groups: " + group.word() + " is missing");
        }
        return limits;
    }

    /** What may wait for that monitor, and what happens to it beyond that. */
    public MailboxLimits mailboxOf(String monitorId) {
        return slow.policies().of(monitorId).map(mailbox::withPolicy).orElse(mailbox);
    }

    /** These rules with another number of connections. */
    public PoolConfig withMaxConnections(int connections) {
        return with(draft -> draft.maxConnections = connections);
    }

    /** These rules with another time for connections without streams. */
    public PoolConfig withConnectionTtl(Duration ttl) {
        return with(draft -> draft.connectionTtl = ttl);
    }

    /** These rules with another interval of health checks. */
    public PoolConfig withHealthCheckInterval(Duration interval) {
        return with(draft -> draft.healthCheckInterval = interval);
    }

    /** These rules with other mailboxes. */
    public PoolConfig withMailbox(MailboxLimits limits) {
        return with(draft -> draft.mailbox = limits);
    }

    /** These rules with others for slow monitors. */
    public PoolConfig withSlow(SlowMonitorRules rules) {
        return with(draft -> draft.slow = rules);
    }

    /** These rules with another linger; zero forgets a filter as soon as nobody wants it. */
    public PoolConfig withLinger(Duration time) {
        return with(draft -> draft.linger = time);
    }

    /** These rules with another patience for slots. */
    public PoolConfig withSlotWatchdog(Duration time) {
        return with(draft -> draft.slotWatchdog = time);
    }

    /** These rules with another bound on what waits for the control thread. */
    public PoolConfig withCommandsMax(int commands) {
        return with(draft -> draft.commandsMax = commands);
    }

    /** These rules with another bound on monitors' streams. */
    public PoolConfig withStreamsMax(int streams) {
        return with(draft -> draft.streamsMax = streams);
    }

    /** These rules with another reach of replay. */
    public PoolConfig withReplayWindow(Duration window) {
        return with(draft -> draft.replayWindow = window);
    }

    /** These rules with what another provider allows. */
    public PoolConfig withProfile(ProviderProfile provider) {
        return with(draft -> draft.profile = provider);
    }

    /** These rules with another bound on what united filters may bring in vain. */
    public PoolConfig withWideningMax(double times) {
        return with(draft -> draft.wideningMax = times);
    }

    /** These rules with filters tried alone before others depend on them, or not. */
    public PoolConfig withVetting(boolean tried) {
        return with(draft -> draft.vetting = tried);
    }

    /** These rules with monitors moved to the group of their rate, or not. */
    public PoolConfig withAutomaticGroups(boolean automatic) {
        return with(draft -> draft.automaticGroups = automatic);
    }

    /** These rules with other marks between the groups. */
    public PoolConfig withGroupRates(GroupRates rates) {
        return with(draft -> draft.groupRates = rates);
    }

    /** These rules with another pace of the integrity watch; 0 turns it off. */
    public PoolConfig withIntegritySamplesPerSecond(int samples) {
        return with(draft -> draft.integritySamplesPerSecond = samples);
    }

    /** These rules with another memory of transactions; 0 turns it off. */
    public PoolConfig withRecentTransactionsBytes(long bytes) {
        return with(draft -> draft.recentTransactionsBytes = bytes);
    }

    /** These rules with other policies for gaps. */
    public PoolConfig withGapPolicies(GapPolicies policies) {
        return with(draft -> draft.gapPolicies = policies);
    }

    /** These rules with another buffer for clients that come back. */
    public PoolConfig withBuffer(BufferLimits limits) {
        return with(draft -> draft.buffer = limits);
    }

    /** These rules with others for one group. */
    public PoolConfig withGroup(Group group, GroupLimits limits) {
        Map<Group, GroupLimits> changed = new EnumMap<>(groups);
        changed.put(group, limits);
        return with(draft -> draft.groups = changed);
    }

    private PoolConfig with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.config();
    }

    /** The rules while one of them is being changed. */
    private static final class Draft {
        private int maxConnections;
        private Duration connectionTtl;
        private Duration healthCheckInterval;
        private Map<Group, GroupLimits> groups;
        private MailboxLimits mailbox;
        private SlowMonitorRules slow;
        private Duration linger;
        private Duration slotWatchdog;
        private Duration batchMin;
        private Duration batchMax;
        private int batchSize;
        private Duration unaryWait;
        private int commandsMax;
        private int streamsMax;
        private Duration replayWindow;
        private ProviderProfile profile;
        private double wideningMax;
        private boolean vetting;
        private boolean automaticGroups;
        private GroupRates groupRates;
        private int integritySamplesPerSecond;
        private long recentTransactionsBytes;
        private GapPolicies gapPolicies;
        private BufferLimits buffer;

        Draft(PoolConfig from) {
            maxConnections = from.maxConnections();
            connectionTtl = from.connectionTtl();
            healthCheckInterval = from.healthCheckInterval();
            groups = from.groups();
            mailbox = from.mailbox();
            slow = from.slow();
            linger = from.linger();
            slotWatchdog = from.slotWatchdog();
            batchMin = from.batchMin();
            batchMax = from.batchMax();
            batchSize = from.batchSize();
            unaryWait = from.unaryWait();
            commandsMax = from.commandsMax();
            streamsMax = from.streamsMax();
            replayWindow = from.replayWindow();
            profile = from.profile();
            wideningMax = from.wideningMax();
            vetting = from.vetting();
            automaticGroups = from.automaticGroups();
            groupRates = from.groupRates();
            integritySamplesPerSecond = from.integritySamplesPerSecond();
            recentTransactionsBytes = from.recentTransactionsBytes();
            gapPolicies = from.gapPolicies();
            buffer = from.buffer();
        }

        PoolConfig config() {
            return new PoolConfig(
                    maxConnections,
                    connectionTtl,
                    healthCheckInterval,
                    groups,
                    mailbox,
                    slow,
                    linger,
                    slotWatchdog,
                    batchMin,
                    batchMax,
                    batchSize,
                    unaryWait,
                    commandsMax,
                    streamsMax,
                    replayWindow,
                    profile,
                    wideningMax,
                    vetting,
                    automaticGroups,
                    groupRates,
                    integritySamplesPerSecond,
                    recentTransactionsBytes,
                    gapPolicies,
                    buffer);
        }
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
