package io.firehole.cli.config;

import io.firehole.cli.logging.Redaction;
import io.firehole.cli.rpc.RpcSettings;
import io.firehole.console.access.ConsoleTokens;
import io.firehole.console.live.Price;
import io.firehole.console.otlp.OtlpConfig;
import io.firehole.filters.NearestName;
import io.firehole.filters.profile.Profiles;
import io.firehole.filters.profile.ProviderProfile;
import io.firehole.gateway.GatewayConfig;
import io.firehole.gateway.stream.StreamTimes;
import io.firehole.history.HistoryDatabase;
import io.firehole.history.HistorySettings;
import io.firehole.pool.GapPolicies;
import io.firehole.pool.GapPolicy;
import io.firehole.pool.Group;
import io.firehole.pool.GroupLimits;
import io.firehole.pool.GroupRates;
import io.firehole.pool.MailboxLimits;
import io.firehole.pool.MailboxLimits.OverrunPolicy;
import io.firehole.pool.MonitorNames;
import io.firehole.pool.PoolConfig;
import io.firehole.pool.SlowMonitorRules;
import io.firehole.pool.SpillRules;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.buffer.BufferLimits;
import io.firehole.pool.filling.GapFilling;
import io.firehole.pool.transport.grpc.AccessToken;
import io.firehole.pool.transport.grpc.GrpcEndpoint;
import io.firehole.sharing.DatabaseAccess;
import io.firehole.sharing.SharedAllowance;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a configuration from all its sources, once. One thread. */
public final class ConfigReader {

    private static final String TOKEN_VARIABLE = "X_TOKEN";
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(\\.\\d{1,3}){3}|::1");

    /** Variables that look like settings and are read elsewhere: by the launcher, the log, the commands. */
    private static final List<String> NO_SETTINGS =
            List.of("FIREHOLE_JAVA_OPTS", "FIREHOLE_BUILD", "FIREHOLE_LOG", "FIREHOLE_DEBUG", "FIREHOLE_CONSOLE_TOKEN");

    private final Map<String, String> environment;
    private final List<String> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private final List<Setting> settings = new ArrayList<>();
    private final Secrets secrets = new Secrets(problems);
    private final Sources sources;

    /**
     * An option of the command line that overrules a key.
     *
     * @param name as the user writes it, with its dashes
     */
    public record FlagValue(String name, String text) {}

    private ConfigReader(Map<String, FlagValue> flags, Map<String, String> environment, @Nullable Path file) {
        this.environment = environment;
        this.sources = new Sources(flags, environment, file, settings, problems);
    }

    /**
     * Reads everything and checks it.
     *
     * @param flags by the path of the key they overrule
     * @param environment the process's variables
     * @param file null if there is none
     * @throws InvalidConfigurationException with all that is wrong
     */
    public static FireholeConfig read(
            Map<String, FlagValue> flags, Map<String, String> environment, @Nullable Path file)
            throws InvalidConfigurationException {
        return new ConfigReader(flags, environment, file).read();
    }

    private FireholeConfig read() throws InvalidConfigurationException {
        GrpcEndpoint endpoint = sources.value(Keys.ENDPOINT);
        if (endpoint == null && problems.isEmpty()) {
            problems.add("upstream.endpoint is not set; give the provider's URL in " + Keys.ENDPOINT.variable()
                    + " or in a file");
        }
        AccessToken token = token(sources.path(Keys.TOKEN_FILE));
        ProviderProfile profile = Profiles.named(sources.orDefault(Keys.PROFILE, ProfileSyntax.OPEN))
                .with(sources.orDefault(Keys.LIMITS, new LinkedHashMap<>()));
        ProfileDefaults permitted = new ProfileDefaults(profile);

        PoolConfig pool = permitted
                .of(PoolConfig.DEFAULT)
                .withMaxConnections(maxConnections(permitted))
                .withConnectionTtl(sources.orDefault(Keys.CONNECTION_TTL, PoolConfig.DEFAULT.connectionTtl()))
                .withHealthCheckInterval(
                        sources.orDefault(Keys.HEALTH_CHECK_INTERVAL, PoolConfig.DEFAULT.healthCheckInterval()));
        List<BudgetRule> budget = budget(permitted);
        MailboxLimits mailbox = PoolConfig.DEFAULT.mailbox();
        Path state = state();
        pool = pool.withSlow(slowMonitors(state))
                .withMailbox(new MailboxLimits(
                        sources.orDefault(Keys.MAILBOX_UPDATES, mailbox.updates()),
                        sources.orDefault(Keys.MAILBOX_BYTES, mailbox.bytes()),
                        sources.orDefault(Keys.MAILBOX_POLICY, mailbox.policy())))
                .withBuffer(new BufferLimits(
                        sources.orDefault(
                                Keys.REPLAY_BUFFER_MAX,
                                PoolConfig.DEFAULT.buffer().bytesMax()),
                        sources.orDefault(
                                Keys.REPLAY_BUFFER_SLOTS,
                                PoolConfig.DEFAULT.buffer().slotsMax())))
                .withLinger(sources.orDefault(Keys.LINGER, PoolConfig.DEFAULT.linger()))
                .withWideningMax(sources.orDefault(Keys.WIDENING_MAX, PoolConfig.DEFAULT.wideningMax()))
                .withVetting(sources.orDefault(Keys.VETTING, PoolConfig.DEFAULT.vetting()))
                .withIntegritySamplesPerSecond(
                        sources.orDefault(Keys.INTEGRITY_SAMPLES, PoolConfig.DEFAULT.integritySamplesPerSecond()))
                .withRecentTransactionsBytes(
                        sources.orDefault(Keys.RECENT_TRANSACTIONS, PoolConfig.DEFAULT.recentTransactionsBytes()))
                .withAutomaticGroups(sources.orDefault(Keys.GROUPS_AUTOMATIC, PoolConfig.DEFAULT.automaticGroups()));

        pool = pool.withGroupRates(groupRates());
        Map<String, Boolean> dedicated = new HashMap<>();
        sources.orDefault(Keys.DEDICATED, List.of()).forEach(monitor -> dedicated.put(monitor, true));
        Map<String, Group> groups = new HashMap<>();
        double shares = 0;
        for (Map.Entry<Group, Keys.GroupKeys> group : Keys.GROUPS.entrySet()) {
            assign(group.getKey(), sources.orDefault(group.getValue().monitors(), List.of()), groups);
            GroupLimits limits = PoolConfig.DEFAULT.limits(group.getKey());
            double share = sources.orDefault(group.getValue().share(), limits.share());
            int streams = sources.orDefault(group.getValue().streamsPerConnection(), limits.streamsPerConnection());
            pool = pool.withGroup(group.getKey(), new GroupLimits(share, streams));
            shares += share;
        }
        if (Math.round(shares * 100) > 100) {
            problems.add("groups: the shares add up to " + Values.showShare(shares) + ", must be at most 100%");
        }

        MonitorNames<Group> groupNames = named("groups", groups);
        pool = pool.withGapPolicies(gapPolicies());

        InetSocketAddress listen = sources.value(Keys.GATEWAY_LISTEN);
        Path tokens = sources.path(Keys.GATEWAY_TOKENS_FILE);
        if (tokens != null && !Files.isReadable(tokens)) {
            problems.add(Keys.GATEWAY_TOKENS_FILE.path() + ": " + tokens + " is no file that can be read");
        }
        Duration drain = sources.orDefault(Keys.GATEWAY_DRAIN, GatewayConfig.DEFAULT.drain());
        boolean reusePort = sources.orDefault(Keys.GATEWAY_REUSE_PORT, GatewayConfig.DEFAULT.reusesPort());
        List<String> relayMetadata = sources.orDefault(Keys.GATEWAY_RELAY_METADATA, List.of());
        Duration writeStall = sources.orDefault(Keys.GATEWAY_WRITE_STALL, StreamTimes.DEFAULT.stalledAfter());
        Optional<InetSocketAddress> console = sources.orDefault(Keys.CONSOLE_LISTEN, Optional.empty());
        Optional<Path> consoleTokens = consoleTokens(console);
        Optional<OtlpConfig> otlp = new OtlpSection(sources, secrets, problems, warnings)
                .read(console.isPresent(), () -> HostName.of(environment));
        Price price = sources.value(Keys.PRICE);
        Optional<HistorySettings> history = history(state);
        Optional<FillingConfig> filling = filling();
        Optional<SharingConfig> sharing = sharing(budget);
        lookForMisspeltVariables();
        GrpcEndpoint upstream = endpoint == null ? null : withHeader(endpoint.withToken(token), profile);

        if (upstream == null || listen == null || !problems.isEmpty()) {
            throw new InvalidConfigurationException(problems);
        }
        return new FireholeConfig(
                upstream,
                pool,
                budget,
                groupNames,
                MonitorNames.of(dedicated),
                listen,
                Optional.ofNullable(tokens),
                drain,
                reusePort,
                new LinkedHashSet<>(relayMetadata),
                writeStall,
                console,
                consoleTokens,
                otlp,
                Optional.ofNullable(price),
                history,
                filling,
                state,
                sharing,
                settings,
                warnings);
    }

    /** Whether that name or address is this machine's own, without looking it up. */
    static boolean isLoopback(String host) {
        return LOOPBACK.matcher(host).matches();
    }

    /** Beyond loopback the console must know who calls: whoever can connect could do everything. */
    private Optional<Path> consoleTokens(Optional<InetSocketAddress> listen) {
        Path tokens = sources.path(Keys.CONSOLE_TOKENS_FILE);
        boolean wide =
                listen.filter(address -> !isLoopback(address.getHostString())).isPresent();
        String shown = listen.map(Values::show).orElse("off");
        if (tokens == null) {
            if (wide) {
                problems.add(Keys.CONSOLE_LISTEN.path() + " is " + shown + ", which is not loopback, and "
                        + Keys.CONSOLE_TOKENS_FILE.path()
                        + " is not set: whoever can connect there could do everything");
            }
            return Optional.empty();
        }
        try {
            ConsoleTokens.read(tokens);
        } catch (IOException unreadable) {
            problems.add(Keys.CONSOLE_TOKENS_FILE.path() + ": " + tokens + " is no file that can be read");
        } catch (IllegalArgumentException wrong) {
            problems.add(Keys.CONSOLE_TOKENS_FILE.path() + ": " + wrong.getMessage());
        }
        if (wide) {
            warnings.add(Keys.CONSOLE_LISTEN.path() + " is " + shown
                    + ": the console has no TLS, so tokens pass in the clear; put it behind something that has");
        }
        return Optional.of(tokens);
    }

    private SlowMonitorRules slowMonitors(Path state) {
        Map<String, OverrunPolicy> policies = new LinkedHashMap<>();
        Keys.MAILBOX_POLICIES.forEach((policy, key) -> {
            for (String monitor : sources.orDefault(key, List.of())) {
                OverrunPolicy before = policies.put(monitor, policy);
                if (before != null && before != policy) {
                    problems.add("mailbox: " + monitor + " is in " + before.word() + " and in " + policy.word()
                            + "; a monitor has one policy");
                }
            }
        });
        MonitorNames<OverrunPolicy> named;
        try {
            named = MonitorNames.of(policies);
        } catch (IllegalArgumentException ambiguous) {
            problems.add("mailbox: " + ambiguous.getMessage());
            named = MonitorNames.none();
        }
        return new SlowMonitorRules(
                named,
                Optional.of(spill(state)),
                sources.orDefault(Keys.BUFFERS_MAX, Keys.USUAL_BUFFERS).bytes());
    }

    private SpillRules spill(Path state) {
        long max = sources.orDefault(Keys.SPILL_MAX, SpillRules.USUAL_BYTES_MAX);
        long total = sources.orDefault(Keys.SPILL_TOTAL, SpillRules.USUAL_TOTAL_BYTES_MAX);
        if (total < max) {
            problems.add(Keys.SPILL_TOTAL.path() + " is " + Values.showBytes(total) + ", must be at least "
                    + Keys.SPILL_MAX.path() + ", which is " + Values.showBytes(max));
            total = max;
        }
        return new SpillRules(state.resolve("spill"), max, total);
    }

    private GroupRates groupRates() {
        GroupRates usual = GroupRates.DEFAULT;
        double highFrom = sources.orDefault(Keys.GROUPS_HIGH_FROM, usual.highFrom());
        double lowBelow = sources.orDefault(Keys.GROUPS_LOW_BELOW, usual.lowBelow());
        try {
            return new GroupRates(
                    highFrom,
                    lowBelow,
                    usual.hysteresis(),
                    sources.orDefault(Keys.GROUPS_STEADY_FOR, usual.steadyFor()),
                    sources.orDefault(Keys.GROUPS_REST, usual.rest()));
        } catch (IllegalArgumentException contradictory) {
            problems.add("groups: " + contradictory.getMessage());
            return usual;
        }
    }

    private GapPolicies gapPolicies() {
        GapPolicy usual = sources.orDefault(Keys.GAPS_POLICY, GapPolicies.DEFAULT.usual());
        Map<String, GapPolicy> named = new HashMap<>();
        sources.orDefault(Keys.GAPS_GO_ON, List.of()).forEach(monitor -> named.put(monitor, GapPolicy.GO_ON));
        for (String monitor : sources.orDefault(Keys.GAPS_END_STREAM, List.of())) {
            if (named.put(monitor, GapPolicy.END_STREAM) != null) {
                problems.add("gaps: " + monitor + " is in " + GapPolicy.GO_ON.word() + " and in "
                        + GapPolicy.END_STREAM.word());
            }
        }
        return new GapPolicies(usual, named("gaps", named));
    }

    private Optional<FillingConfig> filling() {
        Path file = sources.path(Keys.GAPS_FILL_URL_FILE);
        int slots = sources.orDefault(Keys.GAPS_FILL_MAX_SLOTS, GapFilling.USUAL_MAX_SLOTS);
        Duration maxTime = sources.orDefault(Keys.GAPS_FILL_MAX_TIME, GapFilling.USUAL_MAX_TIME);
        int requests = sources.orDefault(Keys.GAPS_FILL_REQUESTS, RpcSettings.USUAL_REQUESTS_PER_SECOND);
        Duration timeout = sources.orDefault(Keys.GAPS_FILL_TIMEOUT, RpcSettings.USUAL_TIMEOUT);
        long answerMax = sources.orDefault(Keys.GAPS_FILL_ANSWER_MAX, (long) RpcSettings.USUAL_ANSWER_BYTES_MAX);
        if (file == null) {
            return Optional.empty();
        }
        Optional<String> url = secrets.in(file, Keys.GAPS_FILL_URL_FILE);
        if (url.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new FillingConfig(
                    new RpcSettings(new URI(url.get()), requests, timeout, Math.toIntExact(answerMax)),
                    slots,
                    maxTime));
        } catch (URISyntaxException | IllegalArgumentException wrong) {
            // What stands there is not repeated: it may hold a key.
            problems.add(Keys.GAPS_FILL_URL_FILE.path() + ": what " + file
                    + " holds is no URL that begins with http:// or https:// and names a host");
            return Optional.empty();
        }
    }

    private <T> MonitorNames<T> named(String key, Map<String, T> said) {
        try {
            return MonitorNames.of(said);
        } catch (IllegalArgumentException ambiguous) {
            problems.add(key + ": " + ambiguous.getMessage());
            return MonitorNames.none();
        }
    }

    private int maxConnections(ProfileDefaults permitted) {
        int usual = permitted.maxConnections();
        int connections = sources.orPermitted(Keys.MAX_CONNECTIONS, usual, permitted);
        permitted.tooMany(connections).ifPresent(problems::add);
        return connections;
    }

    private List<BudgetRule> budget(ProfileDefaults permitted) {
        if (!sources.said(Keys.BUDGET)) {
            return sources.orPermitted(Keys.BUDGET, permitted.budget(), permitted);
        }
        List<BudgetRule> rules = new ArrayList<>(sources.orDefault(Keys.BUDGET, List.of(BudgetRule.DEFAULT)));
        List<BudgetRule> beside = permitted.beside(rules);
        if (!beside.isEmpty()) {
            settings.add(new Setting(Keys.BUDGET.path(), Sources.shown(Keys.BUDGET, beside), permitted.origin()));
            rules.addAll(beside);
        }
        return rules;
    }

    private @Nullable GrpcEndpoint withHeader(GrpcEndpoint endpoint, ProviderProfile profile) {
        try {
            return endpoint.withTokenKey(profile.tokenHeader());
        } catch (IllegalArgumentException invalid) {
            problems.add(Keys.LIMITS.path() + ": token.header: " + Sources.withoutSubject(invalid.getMessage()));
            return null;
        }
    }

    /** As the XDG base directory specification has it, if nothing else is said. */
    private Path state() {
        String xdg = environment.get("XDG_STATE_HOME");
        Path states = xdg != null && Path.of(xdg).isAbsolute()
                ? Path.of(xdg)
                : Path.of(environment.getOrDefault("HOME", ".")).resolve(".local/state");
        Path said = sources.path(Keys.STATE.or(states.resolve("firehole").toAbsolutePath()));
        return (said == null ? states : said).toAbsolutePath();
    }

    private Optional<SharingConfig> sharing(List<BudgetRule> rules) {
        String url = sources.value(Keys.SHARING_URL);
        String user = sources.value(Keys.SHARING_USER);
        Path passwordFile = sources.path(Keys.SHARING_PASSWORD_FILE);
        int hosts = sources.orDefault(Keys.SHARING_HOSTS, 2);
        int share = sources.orDefault(Keys.SHARING_SHARE, 3);
        if (url == null) {
            if (user != null || passwordFile != null) {
                problems.add(Keys.SHARING_URL.path() + " is not set, but other keys of sharing are");
            }
            return Optional.empty();
        }
        SharedAllowance allowance = new SharedAllowance(hosts, share);
        try {
            allowance.shared(rules);
        } catch (IllegalArgumentException nothingLeft) {
            problems.add(Keys.SHARING_SHARE.path() + ": " + nothingLeft.getMessage());
        }
        String password = passwordFile == null
                ? ""
                : secrets.in(passwordFile, Keys.SHARING_PASSWORD_FILE).orElse("");
        return Optional.of(new SharingConfig(new DatabaseAccess(url, Optional.ofNullable(user), password), allowance));
    }

    private Optional<HistorySettings> history(Path state) {
        HistoryStoreChoice store = sources.orDefault(Keys.HISTORY_STORE, HistoryStoreChoice.EMBEDDED);
        Path directory = sources.path(Keys.HISTORY_DIRECTORY.or(state.resolve("history")));
        Duration raw = sources.orDefault(Keys.HISTORY_RETENTION_RAW, HistorySettings.RETENTION_RAW);
        Duration rollup = sources.orDefault(Keys.HISTORY_RETENTION_ROLLUP, HistorySettings.RETENTION_ROLLUP);
        int queueRows = sources.orDefault(Keys.HISTORY_QUEUE_ROWS, HistorySettings.QUEUE_ROWS);
        long bytesMax = sources.orDefault(Keys.HISTORY_BYTES_MAX, HistorySettings.BYTES_MAX);
        Optional<HistoryDatabase> database = historyDatabase(store);
        String instance = sources.value(Keys.HISTORY_INSTANCE);
        if (rollup.compareTo(raw) <= 0) {
            problems.add(Keys.HISTORY_RETENTION_ROLLUP.path() + " is " + Values.show(rollup) + ", must be more than "
                    + Keys.HISTORY_RETENTION_RAW.path() + ", which is " + Values.show(raw));
            return Optional.empty();
        }
        if (store == HistoryStoreChoice.NONE || directory == null) {
            return Optional.empty();
        }
        return Optional.of(new HistorySettings(
                directory.toAbsolutePath(),
                instance == null ? HostName.of(environment) : instance,
                raw,
                rollup,
                queueRows,
                bytesMax,
                database));
    }

    private Optional<HistoryDatabase> historyDatabase(HistoryStoreChoice store) {
        int before = problems.size();
        String url = sources.value(Keys.HISTORY_URL);
        boolean absent = url == null && problems.size() == before;
        String user = sources.value(Keys.HISTORY_USER);
        Path passwordFile = sources.path(Keys.HISTORY_PASSWORD_FILE);
        if (store == HistoryStoreChoice.TIMESCALE && absent) {
            problems.add(
                    Keys.HISTORY_URL.path() + " is not set, but " + Keys.HISTORY_STORE.path() + " is " + store.word());
        }
        if (store != HistoryStoreChoice.TIMESCALE && (url != null || user != null || passwordFile != null)) {
            problems.add("history: url, user and password-file are for a database, but " + Keys.HISTORY_STORE.path()
                    + " is " + store.word());
        }
        if (store != HistoryStoreChoice.TIMESCALE || url == null) {
            return Optional.empty();
        }
        String password = passwordFile == null
                ? ""
                : secrets.in(passwordFile, Keys.HISTORY_PASSWORD_FILE).orElse("");
        return Optional.of(new HistoryDatabase(url, Optional.ofNullable(user), password));
    }

    private void assign(Group group, List<String> monitors, Map<String, Group> groups) {
        for (String monitor : monitors) {
            Group before = groups.put(monitor, group);
            if (before != null && before != group) {
                problems.add("groups: " + monitor + " is in " + before.word() + " and in " + group.word()
                        + "; a monitor belongs to one group");
            }
        }
    }

    private @Nullable AccessToken token(@Nullable Path tokenFile) {
        String fromVariable = environment.get(TOKEN_VARIABLE);
        AccessToken token = null;
        Origin origin = new Origin.Default();
        if (fromVariable != null && !fromVariable.isBlank()) {
            token = checkedToken(fromVariable.strip(), TOKEN_VARIABLE);
            origin = new Origin.Variable(TOKEN_VARIABLE);
        } else if (tokenFile != null) {
            token = secrets.in(tokenFile, Keys.TOKEN_FILE)
                    .map(text -> checkedToken(text, Keys.TOKEN_FILE.path() + ": " + tokenFile))
                    .orElse(null);
            origin = new Origin.Line(tokenFile.toString(), 1);
        }
        settings.add(new Setting("upstream.token", token == null ? "(none)" : "(hidden)", origin));
        return token;
    }

    private @Nullable AccessToken checkedToken(String token, String place) {
        try {
            AccessToken checked = AccessToken.of(token);
            Redaction.hide(token);
            return checked;
        } catch (IllegalArgumentException invalid) {
            problems.add(place + ": " + invalid.getMessage());
            return null;
        }
    }

    private void lookForMisspeltVariables() {
        Set<String> known = new TreeSet<>(NO_SETTINGS);
        Keys.ALL.forEach(key -> known.add(key.variable()));
        for (String name : new TreeSet<>(environment.keySet())) {
            if ((name.startsWith("FIREHOLE_") || name.startsWith("GRPC_POOL_")) && !known.contains(name)) {
                warnings.add("environment " + name + " is no setting"
                        + NearestName.to(name, known)
                                .map(nearest -> "; did you mean " + nearest + "?")
                                .orElse(""));
            }
        }
    }
}
