package io.firehole.cli.demo;

import io.firehole.cli.config.ConfigReader;
import io.firehole.cli.config.ConfigReader.FlagValue;
import io.firehole.cli.config.FireholeConfig;
import io.firehole.cli.config.InvalidConfigurationException;
import io.firehole.cli.config.Origin;
import io.firehole.cli.config.Setting;
import io.firehole.cli.config.Values;
import io.firehole.console.api.ShownSetting;
import io.firehole.history.HistorySettings;
import io.firehole.pool.PoolConfig;
import io.firehole.pool.budget.BudgetRule;
import io.firehole.pool.transport.grpc.GrpcEndpoint;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a demo runs with: what {@code serve} would, if nobody said anything but where the provider is. Neither a file nor the
 * environment is looked at, and nothing outlives it: it has no state directory, so there is no ledger and nothing waits on disk.
 *
 * @param config as it was read
 */
record DemoConfiguration(FireholeConfig config) {

    /** How the console names the origin of what the demo decides. */
    private static final String ORIGIN = "demo";

    /** What has no effect without a state directory. */
    private static final Set<String> WITHOUT_STATE =
            Set.of("state", "mailbox.spill", "mailbox.spill-max", "mailbox.spill-total");

    /**
     * The one for those addresses.
     *
     * @param provider where it listens
     * @param history the folder of the history
     */
    static DemoConfiguration of(DemoSettings settings, InetSocketAddress provider, Path history) {
        Map<String, FlagValue> decided = Map.of(
                "upstream.endpoint", decided("http://" + Values.show(provider)),
                "gateway.listen", decided(Values.show(settings.gateway())),
                "console.listen", decided(Values.show(settings.console())),
                "history.directory", decided(history.toString()),
                "history.instance", decided("demo"));
        try {
            return new DemoConfiguration(ConfigReader.read(decided, Map.of(), null));
        } catch (InvalidConfigurationException own) {
            throw new IllegalStateException("the demo's own configuration is wrong: " + own.problems(), own);
        }
    }

    private static FlagValue decided(String text) {
        return new FlagValue(ORIGIN, text);
    }

    GrpcEndpoint upstream() {
        return config.upstream();
    }

    List<BudgetRule> budget() {
        return config.budget();
    }

    PoolConfig pool() {
        return config.pool().withSlow(PoolConfig.DEFAULT.slow());
    }

    HistorySettings history() {
        return config.history().orElseThrow();
    }

    /** Every setting, as the console shows it. */
    List<ShownSetting> shown() {
        return config.settings().stream().map(DemoConfiguration::shown).toList();
    }

    private static ShownSetting shown(Setting setting) {
        if (WITHOUT_STATE.contains(setting.key())) {
            return new ShownSetting(setting.key(), "(none)", ORIGIN);
        }
        boolean decided = setting.origin() instanceof Origin.Flag;
        return new ShownSetting(
                setting.key(),
                setting.value(),
                decided ? ORIGIN : setting.origin().toString());
    }
}
