package io.firehole.cli.config;

import io.firehole.cli.rpc.RpcSettings;
import io.firehole.console.live.Price;
import io.firehole.console.otlp.OtlpConfig;
import io.firehole.gateway.GatewayConfig;
import io.firehole.gateway.stream.StreamTimes;
import io.firehole.history.HistorySettings;
import io.firehole.pool.GapPolicies;
import io.firehole.pool.GapPolicy;
import io.firehole.pool.Group;
import io.firehole.pool.GroupRates;
import io.firehole.pool.MailboxLimits.OverrunPolicy;
import io.firehole.pool.PoolConfig;
import io.firehole.pool.SlowMonitorRules;
import io.firehole.pool.SpillRules;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.filling.GapFilling;
import io.firehole.pool.transport.grpc.GrpcEndpoint;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Every setting there is; docs/configuration.md has them in the same order, held by a test. */
final class Keys {

    private static final Duration TIME_MAX = Duration.ofDays(1);
    private static final int CONNECTIONS_MAX = 1_000;
    private static final int STREAMS_MAX = 10_000;
    private static final int WAITING_MAX = 100_000_000;
    private static final long MAILBOX_BYTES_MIN = 64L << 10;
    private static final long REPLAY_BUFFER_MIN = 1L << 20;
    private static final int REPLAY_SLOTS_MAX = 8_192;

    private static final long BYTES_MAX = 64L << 30;
    private static final long SPILL_BYTES_MIN = 1L << 20;
    private static final long DISK_BYTES_MAX = 1L << 40;
    private static final int HOSTS_MAX = 64;
    private static final int WIDENING_MAX_MOST = 1_000;
    private static final int SAMPLES_MAX = 10_000;
    private static final int RATE_MAX = 1_000_000;
    private static final int ROWS_MAX = 10_000_000;
    private static final long HISTORY_BYTES_MIN = 16L << 20;

    static final BufferMemory USUAL_BUFFERS = new BufferMemory.PartOfHeap(SlowMonitorRules.SHARE_OF_HEAP);

    private static final int FILLED_SLOTS_MAX = 10_000;
    private static final int FILL_REQUESTS_MAX = 1_000;
    private static final long FILL_ANSWER_MIN = 1 << 20;
    private static final long FILL_ANSWER_MAX = 1 << 30;

    /** Instead of an address: nobody listens. */
    private static final String OFF = "off";

    static final Key<GrpcEndpoint> ENDPOINT = Key.of(
                    "upstream.endpoint", new Syntax<>(GrpcEndpoint::parse, GrpcEndpoint::url), null)
            .known("GRPC_URL");
    static final Key<Path> TOKEN_FILE = Key.of("upstream.token-file", Syntax.file(), null);

    static final Key<String> PROFILE = Key.of("upstream.profile", ProfileSyntax.name(), ProfileSyntax.OPEN);
    static final Key<SequencedMap<String, String>> LIMITS = Key.of(
            "upstream.limits", ProfileSyntax.limits(), Collections.unmodifiableSequencedMap(new LinkedHashMap<>()));

    static final Key<Price> PRICE = Key.of("upstream.price", new Syntax<>(Price::parse, Price::toString), null);

    static final Key<Integer> MAX_CONNECTIONS = Key.of(
                    "pool.max-connections", Syntax.count(1, CONNECTIONS_MAX), PoolConfig.DEFAULT.maxConnections())
            .known("GRPC_POOL_MAX_CONNECTIONS");
    static final Key<Duration> CONNECTION_TTL = Key.of(
                    "pool.connection-ttl", time(Duration.ofSeconds(1)), PoolConfig.DEFAULT.connectionTtl())
            .known("GRPC_POOL_CONNECTION_TTL")
            .barely("ms");
    static final Key<Duration> HEALTH_CHECK_INTERVAL = Key.of(
                    "pool.health-check-interval",
                    time(Duration.ofMillis(100)),
                    PoolConfig.DEFAULT.healthCheckInterval())
            .known("GRPC_POOL_HEALTH_CHECK_INTERVAL")
            .barely("ms");
    static final Key<List<BudgetRule>> BUDGET = Key.of("pool.budget", RuleSyntax.rules(), List.of(BudgetRule.DEFAULT));
    static final Key<Integer> MAILBOX_UPDATES = Key.of(
            "pool.mailbox-updates",
            Syntax.count(1, WAITING_MAX),
            PoolConfig.DEFAULT.mailbox().updates());
    static final Key<Long> MAILBOX_BYTES = Key.of(
            "pool.mailbox-bytes",
            size(MAILBOX_BYTES_MIN),
            PoolConfig.DEFAULT.mailbox().bytes());
    static final Key<Duration> LINGER = Key.of("pool.linger", time(Duration.ZERO), PoolConfig.DEFAULT.linger());

    static final Key<Double> WIDENING_MAX =
            Key.of("pool.widening-max", Syntax.number(1, WIDENING_MAX_MOST), PoolConfig.DEFAULT.wideningMax());
    static final Key<Boolean> VETTING = Key.of("pool.vetting", Syntax.flag(), PoolConfig.DEFAULT.vetting());
    static final Key<Integer> INTEGRITY_SAMPLES = Key.of(
            "pool.integrity-samples", Syntax.count(0, SAMPLES_MAX), PoolConfig.DEFAULT.integritySamplesPerSecond());

    static final Key<List<String>> DEDICATED = Key.of("pool.dedicated", Syntax.names(), List.of());
    static final Key<Boolean> GROUPS_AUTOMATIC =
            Key.of("groups.automatic", Syntax.flag(), PoolConfig.DEFAULT.automaticGroups());
    static final Key<Long> RECENT_TRANSACTIONS =
            Key.of("pool.recent-transactions", size(0), PoolConfig.DEFAULT.recentTransactionsBytes());
    static final Key<Double> GROUPS_HIGH_FROM =
            Key.of("groups.high-from", Syntax.number(0, RATE_MAX), GroupRates.DEFAULT.highFrom());
    static final Key<Double> GROUPS_LOW_BELOW =
            Key.of("groups.low-below", Syntax.number(0, RATE_MAX), GroupRates.DEFAULT.lowBelow());
    static final Key<Duration> GROUPS_STEADY_FOR =
            Key.of("groups.steady-for", time(Duration.ofSeconds(10)), GroupRates.DEFAULT.steadyFor());
    static final Key<Duration> GROUPS_REST =
            Key.of("groups.rest", time(Duration.ofSeconds(10)), GroupRates.DEFAULT.rest());
    static final Map<Group, GroupKeys> GROUPS = groups();

    static final Key<GapPolicy> GAPS_POLICY =
            Key.of("gaps.policy", new Syntax<>(Keys::gapPolicy, GapPolicy::word), GapPolicies.DEFAULT.usual());
    static final Key<List<String>> GAPS_GO_ON = Key.of("gaps.go-on", Syntax.names(), List.of());
    static final Key<List<String>> GAPS_END_STREAM = Key.of("gaps.end-stream", Syntax.names(), List.of());
    static final Key<Path> GAPS_FILL_URL_FILE = Key.of("gaps.fill.url-file", Syntax.file(), null);
    static final Key<Integer> GAPS_FILL_MAX_SLOTS =
            Key.of("gaps.fill.max-slots", Syntax.count(1, FILLED_SLOTS_MAX), GapFilling.USUAL_MAX_SLOTS);
    static final Key<Duration> GAPS_FILL_MAX_TIME =
            Key.of("gaps.fill.max-time", time(Duration.ofSeconds(1)), GapFilling.USUAL_MAX_TIME);
    static final Key<Integer> GAPS_FILL_REQUESTS = Key.of(
            "gaps.fill.requests-per-second", Syntax.count(1, FILL_REQUESTS_MAX), RpcSettings.USUAL_REQUESTS_PER_SECOND);
    static final Key<Duration> GAPS_FILL_TIMEOUT =
            Key.of("gaps.fill.timeout", time(Duration.ofMillis(100)), RpcSettings.USUAL_TIMEOUT);
    static final Key<Long> GAPS_FILL_ANSWER_MAX =
            Key.of("gaps.fill.answer-max", Syntax.size(FILL_ANSWER_MIN, FILL_ANSWER_MAX), (long)
                    RpcSettings.USUAL_ANSWER_BYTES_MAX);
    static final Key<Long> REPLAY_BUFFER_MAX = Key.of(
            "replay.buffer-max",
            Syntax.orNothing(size(REPLAY_BUFFER_MIN)),
            PoolConfig.DEFAULT.buffer().bytesMax());
    static final Key<Integer> REPLAY_BUFFER_SLOTS = Key.of(
            "replay.buffer-slots",
            Syntax.count(1, REPLAY_SLOTS_MAX),
            PoolConfig.DEFAULT.buffer().slotsMax());
    static final Key<OverrunPolicy> MAILBOX_POLICY =
            Key.of("mailbox.policy", policy(), PoolConfig.DEFAULT.mailbox().policy());

    /** The monitors that have another policy than the rest. */
    static final Map<OverrunPolicy, Key<List<String>>> MAILBOX_POLICIES = policies();

    static final Key<Long> SPILL_MAX =
            Key.of("mailbox.spill-max", Syntax.size(SPILL_BYTES_MIN, DISK_BYTES_MAX), SpillRules.USUAL_BYTES_MAX);
    static final Key<Long> SPILL_TOTAL = Key.of(
            "mailbox.spill-total", Syntax.size(SPILL_BYTES_MIN, DISK_BYTES_MAX), SpillRules.USUAL_TOTAL_BYTES_MAX);

    static final Key<BufferMemory> BUFFERS_MAX =
            Key.of("memory.buffers-max", new Syntax<>(BufferMemory::parse, BufferMemory::show), USUAL_BUFFERS);

    static final Key<InetSocketAddress> GATEWAY_LISTEN = Key.of(
            "gateway.listen",
            new Syntax<>(Values::address, Values::show),
            InetSocketAddress.createUnresolved("127.0.0.1", 10_000));
    static final Key<Path> GATEWAY_TOKENS_FILE = Key.of("gateway.tokens-file", Syntax.file(), null);
    static final Key<Duration> GATEWAY_WRITE_STALL =
            Key.of("gateway.write-stall", time(Duration.ofSeconds(1)), StreamTimes.DEFAULT.stalledAfter());

    static final Key<Duration> GATEWAY_DRAIN =
            Key.of("gateway.drain", time(Duration.ofSeconds(1)), GatewayConfig.DEFAULT.drain());
    static final Key<Boolean> GATEWAY_REUSE_PORT =
            Key.of("gateway.reuse-port", Syntax.flag(), GatewayConfig.DEFAULT.reusesPort());
    static final Key<List<String>> GATEWAY_RELAY_METADATA = Key.of(
            "gateway.relay-metadata",
            new Syntax<>(Keys::metadata, names -> String.join(", ", names)),
            List.copyOf(GatewayConfig.DEFAULT.relayedMetadata()));

    static final Key<Optional<InetSocketAddress>> CONSOLE_LISTEN = Key.of(
            "console.listen",
            new Syntax<>(
                    Keys::addressOrOff, address -> address.map(Values::show).orElse(OFF)),
            Optional.of(InetSocketAddress.createUnresolved("127.0.0.1", 3_001)));

    static final Key<Path> CONSOLE_TOKENS_FILE = Key.of("console.tokens-file", Syntax.file(), null);
    static final Key<URI> OTLP_URL = Key.of("metrics.otlp.url", new Syntax<>(OtlpConfig::url, URI::toString), null);
    static final Key<Path> OTLP_HEADERS_FILE = Key.of("metrics.otlp.headers-file", Syntax.file(), null);
    static final Key<Duration> OTLP_EVERY = Key.of(
            "metrics.otlp.every", Syntax.time(Duration.ofSeconds(1), Duration.ofHours(1)), OtlpConfig.USUAL_EVERY);
    static final Key<Duration> OTLP_TIMEOUT = Key.of(
            "metrics.otlp.timeout",
            Syntax.time(Duration.ofMillis(100), Duration.ofMinutes(1)),
            OtlpConfig.USUAL_TIMEOUT);
    static final Key<String> OTLP_INSTANCE = Key.of("metrics.otlp.instance", Syntax.text(), null);
    static final Key<HistoryStoreChoice> HISTORY_STORE = Key.of(
            "history.store",
            new Syntax<>(HistoryStoreChoice::parse, HistoryStoreChoice::word),
            HistoryStoreChoice.EMBEDDED);
    static final Key<Path> HISTORY_DIRECTORY = Key.of("history.directory", Syntax.file(), null);
    static final Key<Duration> HISTORY_RETENTION_RAW = Key.of(
            "history.retention-raw",
            Syntax.time(HistorySettings.RAW_MIN, HistorySettings.RAW_MAX),
            HistorySettings.RETENTION_RAW);
    static final Key<Duration> HISTORY_RETENTION_ROLLUP = Key.of(
            "history.retention-rollup",
            Syntax.time(HistorySettings.RAW_MIN, HistorySettings.ROLLUP_MAX),
            HistorySettings.RETENTION_ROLLUP);
    static final Key<Integer> HISTORY_QUEUE_ROWS =
            Key.of("history.queue-rows", Syntax.count(100, ROWS_MAX), HistorySettings.QUEUE_ROWS);
    static final Key<Long> HISTORY_BYTES_MAX =
            Key.of("history.bytes-max", size(HISTORY_BYTES_MIN), HistorySettings.BYTES_MAX);
    static final Key<String> HISTORY_INSTANCE = Key.of("history.instance", Syntax.text(), null);
    static final Key<String> HISTORY_URL = Key.of("history.url", new Syntax<>(jdbc("history"), url -> url), null);
    static final Key<String> HISTORY_USER = Key.of("history.user", Syntax.text(), null);
    static final Key<Path> HISTORY_PASSWORD_FILE = Key.of("history.password-file", Syntax.file(), null);

    static final Key<Path> STATE = Key.of("state", Syntax.file(), null);
    static final Key<String> SHARING_URL = Key.of("sharing.url", new Syntax<>(jdbc("sharing"), url -> url), null);
    static final Key<String> SHARING_USER = Key.of("sharing.user", Syntax.text(), null);
    static final Key<Path> SHARING_PASSWORD_FILE = Key.of("sharing.password-file", Syntax.file(), null);
    static final Key<Integer> SHARING_HOSTS = Key.of("sharing.hosts", Syntax.count(1, HOSTS_MAX), 2);
    static final Key<Integer> SHARING_SHARE = Key.of("sharing.share", Syntax.count(0, BudgetRule.MAX_LIMIT), 3);

    /** All of them, in the order in which a person reads them. */
    static final List<Key<?>> ALL = all();

    private Keys() {}

    /** What can be said of one group. */
    record GroupKeys(Key<List<String>> monitors, Key<Double> share, Key<Integer> streamsPerConnection) {}

    private static Map<Group, GroupKeys> groups() {
        Map<Group, GroupKeys> keys = new EnumMap<>(Group.class);
        for (Group group : Group.values()) {
            String path = "groups." + group.word() + ".";
            keys.put(
                    group,
                    new GroupKeys(
                            Key.of(path + "monitors", Syntax.names(), List.of()),
                            Key.of(
                                    path + "share",
                                    new Syntax<>(Values::share, Values::showShare),
                                    PoolConfig.DEFAULT.limits(group).share()),
                            Key.of(
                                    path + "streams-per-connection",
                                    Syntax.count(1, STREAMS_MAX),
                                    PoolConfig.DEFAULT.limits(group).streamsPerConnection())));
        }
        return keys;
    }

    private static Map<OverrunPolicy, Key<List<String>>> policies() {
        Map<OverrunPolicy, Key<List<String>>> keys = new EnumMap<>(OverrunPolicy.class);
        for (OverrunPolicy policy : OverrunPolicy.values()) {
            keys.put(policy, Key.of("mailbox." + policy.word(), Syntax.names(), List.of()));
        }
        return keys;
    }

    private static Syntax<OverrunPolicy> policy() {
        return new Syntax<>(
                text -> OverrunPolicy.of(text.strip())
                        .orElseThrow(() -> new IllegalArgumentException("must be one of "
                                + Arrays.stream(OverrunPolicy.values())
                                        .map(OverrunPolicy::word)
                                        .collect(Collectors.joining(", ")))),
                OverrunPolicy::word);
    }

    private static List<Key<?>> all() {
        List<Key<?>> keys = new ArrayList<>(List.of(
                ENDPOINT,
                TOKEN_FILE,
                PROFILE,
                LIMITS,
                PRICE,
                MAX_CONNECTIONS,
                CONNECTION_TTL,
                HEALTH_CHECK_INTERVAL,
                BUDGET,
                MAILBOX_UPDATES,
                MAILBOX_BYTES,
                LINGER,
                WIDENING_MAX,
                VETTING,
                INTEGRITY_SAMPLES,
                RECENT_TRANSACTIONS,
                DEDICATED,
                GROUPS_AUTOMATIC,
                GROUPS_HIGH_FROM,
                GROUPS_LOW_BELOW,
                GROUPS_STEADY_FOR,
                GROUPS_REST));
        for (GroupKeys group : GROUPS.values()) {
            keys.addAll(List.of(group.monitors(), group.share(), group.streamsPerConnection()));
        }
        keys.addAll(List.of(GAPS_POLICY, GAPS_GO_ON, GAPS_END_STREAM));
        keys.addAll(List.of(
                GAPS_FILL_URL_FILE,
                GAPS_FILL_MAX_SLOTS,
                GAPS_FILL_MAX_TIME,
                GAPS_FILL_REQUESTS,
                GAPS_FILL_TIMEOUT,
                GAPS_FILL_ANSWER_MAX));
        keys.addAll(List.of(REPLAY_BUFFER_MAX, REPLAY_BUFFER_SLOTS));
        keys.add(MAILBOX_POLICY);
        keys.addAll(MAILBOX_POLICIES.values());
        keys.addAll(List.of(SPILL_MAX, SPILL_TOTAL, BUFFERS_MAX));
        keys.addAll(List.of(
                GATEWAY_LISTEN, GATEWAY_TOKENS_FILE, GATEWAY_DRAIN, GATEWAY_REUSE_PORT, GATEWAY_RELAY_METADATA));
        keys.addAll(List.of(GATEWAY_WRITE_STALL, CONSOLE_LISTEN, CONSOLE_TOKENS_FILE));
        keys.addAll(List.of(OTLP_URL, OTLP_HEADERS_FILE, OTLP_EVERY, OTLP_TIMEOUT, OTLP_INSTANCE));
        keys.addAll(List.of(HISTORY_STORE, HISTORY_DIRECTORY, HISTORY_RETENTION_RAW, HISTORY_RETENTION_ROLLUP));
        keys.addAll(List.of(HISTORY_QUEUE_ROWS, HISTORY_BYTES_MAX));
        keys.addAll(List.of(HISTORY_URL, HISTORY_USER, HISTORY_PASSWORD_FILE, HISTORY_INSTANCE));
        keys.add(STATE);
        keys.addAll(List.of(SHARING_URL, SHARING_USER, SHARING_PASSWORD_FILE, SHARING_HOSTS, SHARING_SHARE));
        return List.copyOf(keys);
    }

    private static Optional<InetSocketAddress> addressOrOff(String text) {
        return text.strip().equals(OFF) ? Optional.empty() : Optional.of(Values.address(text));
    }

    private static GapPolicy gapPolicy(String text) {
        return GapPolicy.of(text.strip())
                .orElseThrow(() -> new IllegalArgumentException(
                        "must be " + GapPolicy.GO_ON.word() + " or " + GapPolicy.END_STREAM.word()));
    }

    private static List<String> metadata(String text) {
        List<String> names = Values.names(text).stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .distinct()
                .toList();
        for (String name : names) {
            if (!GatewayConfig.mayRelay(name)) {
                throw new IllegalArgumentException("has \"" + name + "\", which never goes to the provider");
            }
        }
        return names;
    }

    private static Syntax<Duration> time(Duration least) {
        return Syntax.time(least, TIME_MAX);
    }

    private static Syntax<Long> size(long least) {
        return Syntax.size(least, BYTES_MAX);
    }

    private static Function<String, String> jdbc(String section) {
        return url -> jdbc(url, section);
    }

    private static String jdbc(String url, String section) {
        if (!url.startsWith("jdbc:postgresql:")) {
            throw new IllegalArgumentException("must begin with jdbc:postgresql:, as in jdbc:postgresql://db/firehole");
        }
        if (url.contains("password=")) {
            throw new IllegalArgumentException("must hold no password; put it into " + section + ".password-file");
        }
        return url;
    }
}
