package io.firehole.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.firehole.cli.config.ConfigReader.FlagValue;
import io.firehole.cli.rpc.RpcSettings;
import io.firehole.history.HistoryDatabase;
import io.firehole.history.HistorySettings;
import io.firehole.pool.GapPolicies;
import io.firehole.pool.GapPolicy;
import io.firehole.pool.Group;
import io.firehole.pool.GroupRates;
import io.firehole.pool.MailboxLimits.OverrunPolicy;
import io.firehole.pool.SpillRules;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.buffer.BufferLimits;
import io.firehole.pool.transport.grpc.AccessToken;
import io.firehole.sharing.DatabaseAccess;
import io.firehole.sharing.SharedAllowance;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReaderTest {

    private static final Map<String, String> URL_ALONE = Map.of("GRPC_URL", "my.provider");

    @TempDir
    Path folder;

    @Test
    void servesFromUrlAndTokenAlone() throws Exception {
        FireholeConfig config =
                ConfigReader.read(Map.of(), Map.of("GRPC_URL", "my.provider:8443", "X_TOKEN", "aToken1234"), null);

        assertThat(config.upstream().url()).isEqualTo("https://my.provider:8443");
        assertThat(config.upstream().token()).isEqualTo(AccessToken.of("aToken1234"));
        assertThat(config.pool().maxConnections()).isEqualTo(15);
        assertThat(config.pool().connectionTtl()).isEqualTo(Duration.ofMinutes(5));
        assertThat(config.pool().healthCheckInterval()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.budget()).containsExactly(new BudgetRule(60, Duration.ofSeconds(60)));
        assertThat(config.gatewayListen()).hasToString("127.0.0.1/<unresolved>:10000");
    }

    @Test
    void readsTheVariablesOfTheOrderInMilliseconds() throws Exception {
        FireholeConfig config = ConfigReader.read(
                Map.of(),
                Map.of(
                        "GRPC_URL", "http://127.0.0.1:10100",
                        "GRPC_POOL_MAX_CONNECTIONS", "4",
                        "GRPC_POOL_CONNECTION_TTL", "300000",
                        "GRPC_POOL_HEALTH_CHECK_INTERVAL", "1500"),
                null);

        assertThat(config.pool().maxConnections()).isEqualTo(4);
        assertThat(config.pool().connectionTtl()).isEqualTo(Duration.ofMinutes(5));
        assertThat(config.pool().healthCheckInterval()).isEqualTo(Duration.ofMillis(1500));
    }

    @Test
    void readsEveryKeyOfAFile() throws Exception {
        Files.writeString(folder.resolve("token"), "from-the-file\n");
        Files.writeString(folder.resolve("tokens"), "t m\n");
        Path file = file("""
                # A comment.
                upstream:  { endpoint: "https://my.provider:443", token-file: token }
                pool:
                  max-connections: 8
                  connection-ttl: 2m
                  health-check-interval: 10s
                  budget:
                    - { max: 55, per: 60s, counts: connections, scope: token, algorithm: interval-log }
                    - { max: 300, per: 10m, counts: both, algorithm: token-bucket, scope: account-7 }
                  mailbox-updates: 1_000
                  mailbox-bytes: 16MiB
                  linger: 0s
                groups:
                  high:
                    monitors: [pumpfun-price-monitor, "graduation-*"]
                    share: 50%
                    streams-per-connection: 3
                  low: { monitors: [slow-one] }
                mailbox: { policy: drop-oldest, disconnect: [exact], latest-per-account: ["price-*"],
                           spill: ["archive-*"], spill-max: 2GiB, spill-total: 100GiB }
                memory: { buffers-max: 512MiB }
                replay: { buffer-max: 64MiB, buffer-slots: 200 }
                gateway: { listen: "[::1]:0", tokens-file: tokens, write-stall: 5s }
                """);

        FireholeConfig config = ConfigReader.read(Map.of(), Map.of(), file);

        assertThat(config.upstream().token()).isEqualTo(AccessToken.of("from-the-file"));
        assertThat(config.pool().maxConnections()).isEqualTo(8);
        assertThat(config.budget())
                .containsExactly(
                        new BudgetRule(55, Duration.ofSeconds(60)),
                        new BudgetRule(
                                300,
                                Duration.ofMinutes(10),
                                BudgetRule.Counts.BOTH,
                                BudgetRule.Algorithm.TOKEN_BUCKET,
                                "account-7"));
        assertThat(config.pool().mailbox().updates()).isEqualTo(1_000);
        assertThat(config.pool().mailbox().bytes()).isEqualTo(16L << 20);
        assertThat(config.pool().mailboxOf("any").policy()).isEqualTo(OverrunPolicy.DROP_OLDEST);
        assertThat(config.pool().mailboxOf("exact").policy()).isEqualTo(OverrunPolicy.DISCONNECT);
        assertThat(config.pool().mailboxOf("price-1").policy()).isEqualTo(OverrunPolicy.LATEST_PER_ACCOUNT);
        assertThat(config.pool().mailboxOf("price-1").updates()).isEqualTo(1_000);
        assertThat(config.pool().mailboxOf("archive-2").policy()).isEqualTo(OverrunPolicy.SPILL);
        assertThat(config.pool().slow().spill())
                .hasValue(new SpillRules(config.state().resolve("spill"), 2L << 30, 100L << 30));
        assertThat(config.pool().slow().buffersMaxBytes()).isEqualTo(512L << 20);
        assertThat(config.pool().buffer()).isEqualTo(new BufferLimits(64L << 20, 200));
        assertThat(config.writeStall()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.pool().linger()).isZero();
        assertThat(config.pool().limits(Group.HIGH).share()).isEqualTo(0.5);
        assertThat(config.pool().limits(Group.HIGH).streamsPerConnection()).isEqualTo(3);
        assertThat(config.groups().of("pumpfun-price-monitor")).hasValue(Group.HIGH);
        assertThat(config.groups().of("graduation-monitor")).hasValue(Group.HIGH);
        assertThat(config.groups().of("slow-one")).hasValue(Group.LOW);
        assertThat(config.groups().of("anybody")).isEmpty();
        assertThat(config.gatewayListen().getHostString()).isEqualTo("::1");
        assertThat(config.gatewayTokens()).contains(folder.resolve("tokens"));
        assertThat(config.warnings()).isEmpty();
    }

    @Test
    void takesAFlagBeforeTheEnvironmentBeforeTheFileBeforeTheDefault() throws Exception {
        Path file = file("""
                gateway: { listen: "127.0.0.1:1" }
                pool: { max-connections: 1, linger: 1s }
                """);
        Map<String, String> environment =
                Map.of("GRPC_URL", "host", "FIREHOLE_GATEWAY_LISTEN", "127.0.0.1:2", "GRPC_POOL_MAX_CONNECTIONS", "2");
        FireholeConfig config = ConfigReader.read(
                Map.of("gateway.listen", new FlagValue("--gateway", "127.0.0.1:3")), environment, file);

        assertThat(config.settings())
                .contains(
                        new Setting("gateway.listen", "127.0.0.1:3", new Origin.Flag("--gateway")),
                        new Setting("pool.max-connections", "2", new Origin.Variable("GRPC_POOL_MAX_CONNECTIONS")),
                        new Setting("pool.linger", "1s", new Origin.Line(file.toString(), 2)),
                        new Setting("pool.connection-ttl", "5m", new Origin.Default()));
    }

    @Test
    void tellsAllThatIsWrongAtOnce() throws IOException {
        Path file = file("""
                upstreem: { endpoint: "https://h" }
                pool:
                  max-connections: 0
                  conection-ttl: 5m
                  health-check-interval: 30
                groups:
                  high: { share: 80%, monitors: [a] }
                  low: { share: 80%, monitors: [a] }
                """);
        assertThatThrownBy(() -> ConfigReader.read(Map.of(), Map.of("GRPC_POOL_CONNECTION_TTL", "soon"), file))
                .asInstanceOf(type(InvalidConfigurationException.class))
                .satisfies(thrown -> assertThat(thrown.problems())
                        .containsExactly(
                                file + ":1: unknown key \"upstreem\" here; did you mean \"upstream\"?",
                                file + ":4: unknown key \"conection-ttl\" in pool; did you mean \"connection-ttl\"?",
                                file + ":3: pool.max-connections is \"0\": must be from 1 to 1,000",
                                "environment GRPC_POOL_CONNECTION_TTL: pool.connection-ttl is \"soon\": "
                                        + "a time needs its unit, as in 30s, 5m or 500ms",
                                file + ":5: pool.health-check-interval is \"30\": "
                                        + "a time needs its unit, as in 30s, 5m or 500ms",
                                "groups: a is in high and in low; a monitor belongs to one group",
                                "groups: the shares add up to 190%, must be at most 100%"));
    }

    @Test
    void readsWhichMonitorsGetStreamsToThemselves() throws Exception {
        FireholeConfig config =
                ConfigReader.read(Map.of(), URL_ALONE, file("pool: { dedicated: [pilot, \"test-*\"] }\n"));
        assertThat(config.dedicated().of("pilot")).isPresent();
        assertThat(config.dedicated().of("test-1")).isPresent();
        assertThat(config.dedicated().of("other")).isEmpty();
    }

    @Test
    void refusesPatternsAndRatesThatContradictEachOther() throws Exception {
        Path file = file("""
                groups:
                  high-from: 1
                  low-below: 2
                  high: { monitors: ["pump*"] }
                  low: { monitors: ["*pump"] }
                """);
        assertThatThrownBy(() -> ConfigReader.read(Map.of(), URL_ALONE, file))
                .asInstanceOf(type(InvalidConfigurationException.class))
                .satisfies(thrown -> assertThat(thrown.problems())
                        .containsExactly(
                                "groups: low-below must be below high-from 1.0, was 2.0",
                                "groups: \"*pump\" and \"pump*\" can mean the same monitor, are equally long and say"
                                        + " different things; name the monitor, or make one of them longer"));
    }

    @Test
    void readsWhatHostsShare() throws Exception {
        Files.writeString(folder.resolve("password"), "a-password-nobody-may-read\n");
        Path file = file("""
                sharing:
                  url: jdbc:postgresql://db/firehole
                  user: firehole
                  password-file: password
                  hosts: 4
                  share: 5
                """);
        FireholeConfig config = ConfigReader.read(Map.of(), URL_ALONE, file);
        assertThat(config.sharing())
                .contains(new SharingConfig(
                        new DatabaseAccess(
                                "jdbc:postgresql://db/firehole", Optional.of("firehole"), "a-password-nobody-may-read"),
                        new SharedAllowance(4, 5)));
        assertThat(config.toString()).doesNotContain("a-password-nobody-may-read");
    }

    @Test
    void refusesSharesThatLeaveNothingToShare() throws IOException {
        Path file = file("sharing: { url: 'jdbc:postgresql://db/firehole', hosts: 20, share: 3 }");
        assertThatThrownBy(() -> ConfigReader.read(Map.of(), URL_ALONE, file))
                .asInstanceOf(type(InvalidConfigurationException.class))
                .satisfies(thrown -> assertThat(thrown.problems())
                        .containsExactly("sharing.share: 20 hosts with a share of 3 each leave nothing of 60 per PT1M"
                                + " to share"));
    }

    @Test
    void keepsHistoryInAFileUnlessOtherwiseSaid() throws Exception {
        FireholeConfig usual =
                ConfigReader.read(Map.of(), Map.of("GRPC_URL", "host", "HOME", "/home/me", "HOSTNAME", "box"), null);
        assertThat(usual.history())
                .contains(HistorySettings.in(Path.of("/home/me/.local/state/firehole/history"), "box"));
        assertThat(ConfigReader.read(Map.of(), URL_ALONE, file("history: { store: none }"))
                        .history())
                .isEmpty();
    }

    @Test
    void readsTheDatabaseOfTheHistoryAndShowsItsPasswordNowhere() throws Exception {
        Files.writeString(folder.resolve("secret"), "a-password-nobody-may-read\n");
        Path file = file("""
                history:
                  store: timescale
                  url: jdbc:postgresql://db/firehole
                  user: firehole
                  password-file: secret
                  instance: eu-1
                  directory: kept
                  retention-raw: 24h
                  retention-rollup: 30d
                """);
        FireholeConfig config = ConfigReader.read(Map.of(), URL_ALONE, file);
        assertThat(config.history())
                .contains(new HistorySettings(
                        folder.resolve("kept"),
                        "eu-1",
                        Duration.ofDays(1),
                        Duration.ofDays(30),
                        HistorySettings.QUEUE_ROWS,
                        HistorySettings.BYTES_MAX,
                        Optional.of(new HistoryDatabase(
                                "jdbc:postgresql://db/firehole",
                                Optional.of("firehole"),
                                "a-password-nobody-may-read"))));
        assertThat(config.toString()).doesNotContain("a-password-nobody-may-read");
    }

    @Test
    void tellsWhatOfAHistoryDoesNotGoTogether() throws IOException {
        Map.of(
                        "history: { store: timescale }",
                        "history.url is not set, but history.store is timescale",
                        "history: { user: me }",
                        "history: url, user and password-file are for a database, but history.store is embedded",
                        "history: { retention-rollup: 24h }",
                        "history.retention-rollup is 24h, must be more than history.retention-raw, which is 48h")
                .forEach((yaml, problem) -> assertThatThrownBy(() -> ConfigReader.read(Map.of(), URL_ALONE, file(yaml)))
                        .asInstanceOf(type(InvalidConfigurationException.class))
                        .satisfies(thrown -> assertThat(thrown.problems()).containsExactly(problem)));
    }

    @Test
    void repeatsNoUrlThatHoldsAPassword() throws IOException {
        for (String section : List.of("history: { store: timescale, ", "sharing: { ")) {
            Path file = file(section + "url: 'jdbc:postgresql://db/x?user=me&password=hunter2' }");
            assertThatThrownBy(() -> ConfigReader.read(Map.of(), URL_ALONE, file))
                    .asInstanceOf(type(InvalidConfigurationException.class))
                    .satisfies(thrown -> assertThat(thrown.problems())
                            .singleElement()
                            .asString()
                            .contains("must hold no password; put it into")
                            .doesNotContain("hunter2"));
        }
    }

    @Test
    void keepsStateWhereTheUserOrTheDesktopWantsIt() throws Exception {
        assertThat(ConfigReader.read(Map.of(), URL_ALONE, file("state: here")).state())
                .isEqualTo(folder.resolve("here"));
        assertThat(ConfigReader.read(Map.of(), Map.of("GRPC_URL", "host", "XDG_STATE_HOME", "/xdg"), null)
                        .state())
                .isEqualTo(Path.of("/xdg/firehole"));
        assertThat(ConfigReader.read(Map.of(), Map.of("GRPC_URL", "host", "FIREHOLE_STATE", "/state"), null)
                        .state())
                .isEqualTo(Path.of("/state"));
    }

    @Test
    void readsWhoseStreamsEndAtAGap() throws Exception {
        Path file = file("gaps: { policy: end-stream, go-on: [a, dash-*] }");
        GapPolicies policies =
                ConfigReader.read(Map.of(), URL_ALONE, file).pool().gapPolicies();
        assertThat(policies.of("a")).isEqualTo(GapPolicy.GO_ON);
        assertThat(policies.of("dash-board")).isEqualTo(GapPolicy.GO_ON);
        assertThat(policies.of("b")).isEqualTo(GapPolicy.END_STREAM);
        assertThat(ConfigReader.read(Map.of(), URL_ALONE, null)
                        .pool()
                        .gapPolicies()
                        .of("a"))
                .isEqualTo(GapPolicy.GO_ON);
        assertThatThrownBy(() -> ConfigReader.read(
                        Map.of(), URL_ALONE, file("gaps: { policy: stop, go-on: [a, x*], end-stream: [a, \"*y\"] }")))
                .hasMessageContaining("gaps.policy is \"stop\": must be go-on or end-stream")
                .hasMessageContaining("gaps: a is in go-on and in end-stream")
                .hasMessageContaining("gaps: \"*y\" and \"x*\" can mean the same monitor");
    }

    @Test
    void readsWhereGapsAreFilledFromAndShowsTheUrlNowhere() throws Exception {
        Files.writeString(folder.resolve("node"), "https://node.example/?api-key=secret0817\n");
        Path file =
                file("gaps: { fill: { url-file: node, max-slots: 20, max-time: 40s, timeout: 3s, answer-max: 8MiB } }");
        FireholeConfig config = ConfigReader.read(Map.of(), URL_ALONE, file);
        assertThat(config.filling())
                .contains(new FillingConfig(
                        new RpcSettings(
                                URI.create("https://node.example/?api-key=secret0817"),
                                RpcSettings.USUAL_REQUESTS_PER_SECOND,
                                Duration.ofSeconds(3),
                                8 << 20),
                        20,
                        Duration.ofSeconds(40)));
        assertThat(config.toString()).doesNotContain("secret0817");
        assertThat(ConfigReader.read(Map.of(), URL_ALONE, null).filling()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "ftp://node.example/secret0817, 'what FILE holds is no URL that begins with http:// or https:// and names a host'",
        "https://node example/secret0817, 'what FILE holds is no URL that begins with http:// or https:// and names a host'",
        "'', 'what FILE holds is no URL that begins with http:// or https:// and names a host'",
    })
    void neverRepeatsWhatTheFileOfAUrlHolds(String content, String problem) throws IOException {
        Path node = Files.writeString(folder.resolve("node"), content);
        Path file = file("gaps: { fill: { url-file: node } }");
        assertThatThrownBy(() -> ConfigReader.read(Map.of(), URL_ALONE, file))
                .hasMessage("gaps.fill.url-file: " + problem.replace("FILE", node.toString()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "upstream: { token-file: secret }",
                "sharing: { url: 'jdbc:postgresql://db/x', password-file: secret }",
                "history: { store: timescale, url: 'jdbc:postgresql://db/x', password-file: secret }",
                "gaps: { fill: { url-file: secret } }",
                "metrics: { otlp: { url: 'http://localhost', headers-file: secret } }"
            })
    void tellsOnceWhatKeepsAFileWithASecretFromBeingRead(String yaml) throws IOException {
        Path file = file(yaml);
        Path secret = folder.resolve("secret");
        assertThat(onlyProblem(file)).endsWith("-file: " + secret + " does not exist");
        Files.writeString(secret, "x".repeat(20_000));
        assertThat(onlyProblem(file)).endsWith("-file: " + secret + " is larger than 16KiB; no secret is");
        Files.write(secret, new byte[] {(byte) 0xff});
        assertThat(onlyProblem(file)).endsWith("-file: " + secret + " cannot be read as text: MalformedInputException");
    }

    private static String onlyProblem(Path file) {
        InvalidConfigurationException thrown = catchThrowableOfType(
                InvalidConfigurationException.class, () -> ConfigReader.read(Map.of(), URL_ALONE, file));
        assertThat(thrown.problems()).hasSize(1);
        return thrown.problems().getFirst();
    }

    @Test
    void takesWhatTheProviderAllowsFromItsProfileAndFiguresOfTheUsersOwn() throws Exception {
        Path file = file("""
                upstream:
                  profile: chainstack-growth
                  limits:
                    accounts: { max: 7 }
                    connects: [10/1s, 300/10m]
                    token.header: x-api-key
                pool: { widening-max: 2.5, vetting: false, integrity-samples: 0 }
                groups: { automatic: true, high-from: 20.5, low-below: 0, steady-for: 1m, rest: 10m }
                """);
        FireholeConfig config = ConfigReader.read(Map.of(), URL_ALONE, file);

        assertThat(config.pool().groupRates())
                .isEqualTo(new GroupRates(
                        20.5, 0, GroupRates.DEFAULT.hysteresis(), Duration.ofMinutes(1), Duration.ofMinutes(10)));
        assertThat(config.pool().profile().name()).isEqualTo("chainstack-growth");
        assertThat(config.pool().profile().filters().accounts().max()).isEqualTo(7);
        assertThat(config.pool().profile().filters().transactions().max()).isEqualTo(5);
        assertThat(config.budget())
                .containsExactly(
                        new BudgetRule(10, Duration.ofSeconds(1)), new BudgetRule(300, Duration.ofMinutes(10)));
        assertThat(config.upstream().tokenKey()).isEqualTo("x-api-key");
        assertThat(config.pool().replayWindow()).isEqualTo(Duration.ofSeconds(40));
        assertThat(config.pool().wideningMax()).isEqualTo(2.5);
        assertThat(config.pool().vetting()).isFalse();
        assertThat(config.pool().integritySamplesPerSecond()).isZero();
        assertThat(config.pool().automaticGroups()).isTrue();
        assertThat(config.settings())
                .contains(
                        new Setting("upstream.profile", "chainstack-growth", new Origin.Line(file.toString(), 2)),
                        new Setting(
                                "upstream.limits",
                                "accounts.max=7; connects=10/1s, 300/10m; token.header=x-api-key",
                                new Origin.Line(file.toString(), 4)),
                        new Setting("pool.max-connections", "2", new Origin.Profile("chainstack-growth")),
                        new Setting("pool.budget", "10/1s, 300/10m", new Origin.Profile("chainstack-growth")));
    }

    @Test
    void readsLimitsFromAVariable() throws Exception {
        FireholeConfig config = ConfigReader.read(
                Map.of(),
                Map.of(
                        "GRPC_URL", "host",
                        "FIREHOLE_UPSTREAM_PROFILE", "helius",
                        "FIREHOLE_UPSTREAM_LIMITS", "streams.per-account=3; connects=10/1s, 300/10m"),
                null);
        assertThat(config.pool().profile().streamsPerAccount()).isEqualTo(3);
        assertThat(config.pool().profile().connectionsMax()).isEqualTo(100);
        assertThat(config.budget()).hasSize(2);
        assertThat(config.pool().maxConnections()).isEqualTo(3);
    }

    @Test
    void leavesRoomForTheConnectionThatReplacesAnother() throws Exception {
        FireholeConfig config = ConfigReader.read(Map.of(), URL_ALONE, file("upstream: { profile: hightower-5 }"));
        assertThat(config.pool().maxConnections()).isEqualTo(4);
        assertThat(ConfigReader.read(
                                Map.of(),
                                URL_ALONE,
                                file("upstream: { profile: hightower-5 }\npool: { max-connections: 5 }"))
                        .pool()
                        .maxConnections())
                .isEqualTo(5);
    }

    @Test
    void refusesMoreConnectionsThanTheProviderAllows() throws IOException {
        Path connections = file("upstream: { profile: hightower-5 }\npool: { max-connections: 6 }");
        assertThatThrownBy(() -> ConfigReader.read(Map.of(), URL_ALONE, connections))
                .hasMessage(
                        "pool.max-connections is 6, but the profile hightower-5 allows 5 open connections; lower it,"
                                + " or overrule connections.max in upstream.limits");
        Path streams = file("upstream: { profile: chainstack-growth }\npool: { max-connections: 3 }");
        assertThatThrownBy(() -> ConfigReader.read(Map.of(), URL_ALONE, streams))
                .hasMessage("pool.max-connections is 3, but the profile chainstack-growth allows 2 streams, and a"
                        + " connection without one is of no use; lower it, or overrule streams.per-account in"
                        + " upstream.limits");
    }

    @Test
    void keepsTheProfilesRateOfCallsBesideABudgetForConnections() throws Exception {
        BudgetRule calls = new BudgetRule(
                1_200,
                Duration.ofSeconds(10),
                BudgetRule.Counts.SUBSCRIBES,
                BudgetRule.Algorithm.INTERVAL_LOG,
                BudgetRule.TOKEN);
        assertThat(ConfigReader.read(Map.of(), URL_ALONE, file("upstream: { profile: triton }"))
                        .budget())
                .containsExactly(new BudgetRule(60, Duration.ofSeconds(60)), calls);
        FireholeConfig own = ConfigReader.read(
                Map.of(), URL_ALONE, file("upstream: { profile: triton }\npool: { budget: [55/60s] }"));
        assertThat(own.budget()).containsExactly(new BudgetRule(55, Duration.ofSeconds(60)), calls);
        assertThat(own.settings())
                .contains(new Setting("pool.budget", "1200/10s counts=subscribes", new Origin.Profile("triton")));
        assertThat(ConfigReader.read(
                                Map.of(),
                                URL_ALONE,
                                file("upstream: { profile: triton }\npool: { budget: [55/60s counts=both] }"))
                        .budget())
                .hasSize(1);
    }

    @Test
    void refusesAHeaderThatNoTokenCanTravelIn() throws IOException {
        Path file = file("upstream: { limits: { token.header: X-Token } }");
        assertThatThrownBy(() -> ConfigReader.read(Map.of(), URL_ALONE, file))
                .hasMessageStartingWith("upstream.limits: token.header: the token's header must have lower-case");
    }

    @Test
    void refusesAMonitorMoreDiskThanThereIsForAll() throws IOException {
        Path file = file("mailbox: { spill-max: 8GiB }");
        assertThatThrownBy(() -> ConfigReader.read(Map.of(), URL_ALONE, file))
                .asInstanceOf(type(InvalidConfigurationException.class))
                .satisfies(thrown -> assertThat(thrown.problems())
                        .containsExactly(
                                "mailbox.spill-total is 4GiB, must be at least mailbox.spill-max, which is 8GiB"));
    }

    @Test
    void keepsNothingForThoseWhoComeBackIfToldSo() throws Exception {
        Path file = file("""
                upstream: { endpoint: "http://provider:10000" }
                replay: { buffer-max: 0 }
                """);
        assertThat(ConfigReader.read(Map.of(), Map.of(), file).pool().buffer().isOff())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            pool: { max-connections: 1.5 }            | :1: pool.max-connections is "1.5": must be a whole number from 1 to 1,000
            pool: { max-connections: }                | :1: pool.max-connections has no value; without the line the default holds
            pool: { max-connections: [1, 2] }         | :1: pool.max-connections is "1, 2": must be a whole number from 1 to 1,000
            pool: { max-connections: { a: 1 } }       | :1: pool.max-connections has a value, not keys of its own
            pool: 15                                  | :1: pool holds keys of its own: budget, connection-ttl, dedicated, health-check-interval, integrity-samples, linger, mailbox-bytes, mailbox-updates, max-connections, recent-transactions, vetting, widening-max
            - pool                                    | :1: the file holds keys of its own: console, gaps, gateway, groups, history, mailbox, memory, metrics, pool, replay, sharing, state, upstream
            pool: { connection-ttl: 5 min }           | :1: pool.connection-ttl is "5 min": unknown unit min; as in 30s, 5m or 500ms
            pool: { connection-ttl: 2d }              | :1: pool.connection-ttl is "2d": must be from 1s to 24h
            pool: { mailbox-bytes: 64MB }             | :1: pool.mailbox-bytes is "64MB": unknown unit MB; as in 64MiB, 512KiB or 4096B
            pool: { mailbox-bytes: 1B }               | :1: pool.mailbox-bytes is "1B": must be from 64KiB to 64GiB
            mailbox: { policy: drop }                 | :1: mailbox.policy is "drop": must be one of disconnect, drop-oldest, latest-per-account, spill
            memory: { buffers-max: 90% }              | :1: memory.buffers-max is "90%": must be from 1% to 75% of the heap, or a size
            memory: { buffers-max: 10KiB }            | :1: memory.buffers-max is "10KiB": must be at least 1MiB
            replay: { buffer-max: 256 }               | :1: replay.buffer-max is "256": a size needs its unit, as in 64MiB, 512KiB or 4096B
            replay: { buffer-max: 10KiB }             | :1: replay.buffer-max is "10KiB": must be from 1MiB to 64GiB
            replay: { buffer-slots: 0 }               | :1: replay.buffer-slots is "0": must be from 1 to 8,192
            pool: { budget: 60 }                      | :1: pool.budget is "60": a rule is COUNT/TIME, as in 60/60s
            pool: { budget: [] }                      | :1: pool.budget is "": must have from 1 to 8 rules
            pool: { budget: [{ max: 60 }] }           | :1: pool.budget: a rule needs max and per, as in {max: 60, per: 60s}
            pool: { budget: [{ max: 60, pre: 1s }] }  | :1: unknown key "pre" in pool.budget[]; did you mean "per"?
            pool: { budget: [{ max: 1, per: 1s, counts: calls }] } | :1: pool.budget is "1/1s counts=calls": counts "calls" is unknown; there are connections, subscribes, both
            groups: { hihg: { share: 40% } }          | :1: unknown key "hihg" in groups; did you mean "high"?
            groups: { high: { share: 0.4 } }          | :1: groups.high.share is "0.4": a share is a whole percentage from 0% to 100%
            groups: { high: { share: 140% } }         | :1: groups.high.share is "140%": a share is a whole percentage from 0% to 100%
            groups: { low: { monitors: [{ a: b }] } } | :1: groups.low.monitors is a list of single values without commas
            gateway: { listen: 10000 }                | :1: gateway.listen is "10000": an address is HOST:PORT, as in 127.0.0.1:10000
            gateway: { listen: "::1:10000" }          | :1: gateway.listen is "::1:10000": an IPv6 address stands in brackets, as in [::1]:10000
            gateway: { listen: "h:70000" }            | :1: gateway.listen is "h:70000": the port must be from 0 to 65,535
            console: { listen: "3001" }                | :1: console.listen is "3001": an address is HOST:PORT, as in 127.0.0.1:10000
            history: { store: sqlite }                | :1: history.store is "sqlite": must be one of embedded, timescale, none
            history: { retention-raw: 1h }            | :1: history.retention-raw is "1h": must be from 12h to 720h
            dashboard: { store: embedded }            | :1: unknown key "dashboard" here; there are: console, gaps, gateway, groups, history, mailbox, memory, metrics, pool, replay, sharing, state, upstream
            upstream: { endpoint: "ftp://h" }         | :1: upstream.endpoint: the URL must begin with https:// or http://, not with ftp://
            upstream: { token: abc }                  | :1: unknown key "token" in upstream; there are: endpoint, limits, price, profile, token-file
            upstream: { profile: tritn }              | :1: upstream.profile is "tritn": there is no such profile; did you mean "triton"?
            upstream: { limits: { acounts.max: 1 } }  | :1: unknown key "acounts.max" in upstream.limits; did you mean "accounts.max"?
            upstream: { limits: { accounts: { mx: 1 } } } | :1: unknown key "accounts.mx" in upstream.limits; did you mean "accounts.max"?
            upstream: { limits: { connects: 60 } }    | :1: upstream.limits is "connects=60": connects is "60": a rate is COUNT/TIME, as in 60/60s
            upstream: { limits: 7 }                   | :1: upstream.limits is "7": a limit is KEY=VALUE, as in accounts.max=7; several stand with a semicolon between them
            pool: { widening-max: 0.5 }               | :1: pool.widening-max is "0.5": must be from 1 to 1000
            pool: { vetting: maybe }                  | :1: pool.vetting is "maybe": must be true or false
            pool: { integrity-samples: -1 }           | :1: pool.integrity-samples is "-1": must be from 0 to 10,000
            """)
    void tellsWhatIsWrongWithAFileAndWhere(String yaml, String problem) throws IOException {
        Path file = file(yaml);
        Map<String, String> environment = yaml.contains("endpoint") ? Map.of() : URL_ALONE;
        assertThatThrownBy(() -> ConfigReader.read(Map.of(), environment, file))
                .asInstanceOf(type(InvalidConfigurationException.class))
                .satisfies(thrown -> assertThat(thrown.problems()).containsExactly(file + problem));
    }

    @Test
    void refusesWhatIsNoYamlAndNamesTheLine() throws IOException {
        for (String text : List.of("pool: {}\nx: [1", "pool: {}\npool: {}", "a: &x 1\nb: *x", "pool: {}\n---\nx: 1")) {
            Path file = file(text);
            assertThatThrownBy(() -> ConfigReader.read(Map.of(), URL_ALONE, file))
                    .asInstanceOf(type(InvalidConfigurationException.class))
                    .satisfies(thrown -> assertThat(thrown.problems())
                            .first()
                            .asString()
                            .matches("(?s)" + Pattern.quote(file.toString()) + ":[123]: .+"));
        }
    }

    @Test
    void refusesAFileThatIsNotThereOrTooLarge() throws IOException {
        Path missing = folder.resolve("nowhere.yaml");
        assertThatThrownBy(() -> ConfigReader.read(Map.of(), URL_ALONE, missing))
                .hasMessage(missing + ": there is no such file");
        Path large = file("#".repeat((1 << 20) + 1));
        assertThatThrownBy(() -> ConfigReader.read(Map.of(), URL_ALONE, large))
                .hasMessage(large + ": larger than 1MiB; no configuration is");
    }

    @Test
    void asksForTheEndpointIfNobodyNamesOne() {
        assertThatThrownBy(() -> ConfigReader.read(Map.of(), Map.of(), null))
                .hasMessage("upstream.endpoint is not set; give the provider's URL in GRPC_URL or in a file");
    }

    @ParameterizedTest
    @CsvSource({
        "my.provider, https://my.provider:443",
        "my.provider:10000, https://my.provider:10000",
        "http://127.0.0.1:10100/, http://127.0.0.1:10100",
        "HTTPS://my.provider, https://my.provider:443",
        "http://[::1]:1, http://[::1]:1",
    })
    void readsUrlsAsPeopleWriteThem(String written, String meant) throws Exception {
        assertThat(ConfigReader.read(Map.of(), Map.of("GRPC_URL", written), null)
                        .upstream()
                        .url())
                .isEqualTo(meant);
    }

    @ParameterizedTest
    @CsvSource({
        "https://secret0815@my.provider",
        "https://my.provider/secret0815",
        "https://my.provider?token=secret0815",
        "https://my provider/secret0815",
        "https://my.provider:secret0815",
    })
    void neverRepeatsAUrlThatMayHoldAToken(String url) {
        assertThatThrownBy(() -> ConfigReader.read(Map.of(), Map.of("GRPC_URL", url), null))
                .hasMessageStartingWith("environment GRPC_URL: upstream.endpoint: ")
                .message()
                .doesNotContain("secret0815");
    }

    @Test
    void hidesTheTokenWhereverTheConfigurationIsShown() throws Exception {
        FireholeConfig config = ConfigReader.read(Map.of(), Map.of("GRPC_URL", "h", "X_TOKEN", "secret0816"), null);
        assertThat(config.toString()).doesNotContain("secret0816");
        assertThat(config.settings())
                .contains(new Setting("upstream.token", "(hidden)", new Origin.Variable("X_TOKEN")));
    }

    @Test
    void refusesATokenThatCannotBeOne() throws IOException {
        Path empty = Files.writeString(folder.resolve("empty"), "\n");
        Path two = Files.writeString(folder.resolve("two"), "one two");
        Path yaml = file("upstream: { endpoint: h, token-file: empty }");
        assertThatThrownBy(() -> ConfigReader.read(Map.of(), Map.of(), yaml))
                .hasMessage("upstream.token-file: " + empty + ": the access token is empty");
        Path other = file("upstream: { endpoint: h, token-file: two }");
        assertThatThrownBy(() -> ConfigReader.read(Map.of(), Map.of(), other))
                .hasMessageStartingWith("upstream.token-file: " + two + ": the access token has a blank")
                .message()
                .doesNotContain("one two");
    }

    @Test
    void warnsOfAVariableThatIsNoSetting() throws Exception {
        FireholeConfig config = ConfigReader.read(
                Map.of(), Map.of("GRPC_URL", "h", "GRPC_POOL_MAX_CONECTIONS", "3", "FIREHOLE_LOG", "debug"), null);
        assertThat(config.warnings())
                .containsExactly("environment GRPC_POOL_MAX_CONECTIONS is no setting; "
                        + "did you mean GRPC_POOL_MAX_CONNECTIONS?");
    }

    @Test
    void refusesAConsoleThatOthersCanReachUnlessItKnowsWhoCalls() throws Exception {
        for (String own : List.of("127.0.0.1:0", "[::1]:3001", "localhost:3001", "off")) {
            assertThat(ConfigReader.read(Map.of(), Map.of("GRPC_URL", "h", "FIREHOLE_CONSOLE_LISTEN", own), null)
                            .warnings())
                    .isEmpty();
        }
        assertThatThrownBy(() -> ConfigReader.read(
                        Map.of(), Map.of("GRPC_URL", "h", "FIREHOLE_CONSOLE_LISTEN", "0.0.0.0:3001"), null))
                .hasMessage("console.listen is 0.0.0.0:3001, which is not loopback, and console.tokens-file is not set:"
                        + " whoever can connect there could do everything");
        Files.writeString(folder.resolve("console-tokens"), "0123456789abcdef viewer");
        FireholeConfig config = ConfigReader.read(
                Map.of(),
                Map.of(),
                file("upstream: { endpoint: h, price: 80 USD/TB }\n"
                        + "console: { listen: \"0.0.0.0:3001\", tokens-file: console-tokens }"));
        assertThat(config.warnings()).singleElement().asString().contains("no TLS");
        assertThat(config.consoleTokens()).contains(folder.resolve("console-tokens"));
        assertThat(config.price()).hasToString("Optional[0.08 USD/GB]");
        assertThat(config.settings())
                .filteredOn(setting -> setting.key().equals("upstream.price"))
                .singleElement()
                .hasToString("Setting[key=upstream.price, value=0.08 USD/GB, origin=" + folder.resolve("firehole.yaml")
                        + ":1]");
    }

    @Test
    void namesTheLineOfTheConsolesTokensFileThatIsWrong() throws IOException {
        Path tokens = Files.writeString(folder.resolve("console-tokens"), "0123456789abcdef root");
        Path yaml = file("upstream: { endpoint: h }\nconsole: { tokens-file: console-tokens }");
        assertThatThrownBy(() -> ConfigReader.read(Map.of(), Map.of(), yaml))
                .hasMessage("console.tokens-file: " + tokens + " line 1: role must be viewer, operator or admin");
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("firehole.yaml"), text);
    }
}
