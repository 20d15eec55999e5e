package io.firehole.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.cli.config.ConfigReader;
import io.firehole.cli.config.ConfigReader.FlagValue;
import io.firehole.cli.config.Setting;
import io.firehole.console.api.ShownSetting;
import io.firehole.pool.PoolConfig;
import io.firehole.pool.budget.BudgetRule;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoConfigurationTest {

    @TempDir
    private Path folder;

    private DemoConfiguration configuration() {
        return DemoConfiguration.of(
                new DemoSettings(
                        InetSocketAddress.createUnresolved("127.0.0.1", 10_000),
                        InetSocketAddress.createUnresolved("127.0.0.1", 0),
                        7,
                        1,
                        Optional.empty(),
                        transport -> transport),
                InetSocketAddress.createUnresolved("127.0.0.1", 4_711),
                folder);
    }

    @Test
    void showsEverySettingThatServeHas() throws Exception {
        List<String> ofServe = ConfigReader.read(
                        Map.of("upstream.endpoint", new FlagValue("--endpoint", "http://localhost:1")),
                        Map.of("FIREHOLE_STATE", folder.toString()),
                        null)
                .settings()
                .stream()
                .map(Setting::key)
                .toList();
        assertThat(configuration().shown()).extracting(ShownSetting::key).containsExactlyElementsOf(ofServe);
    }

    @Test
    void tellsWhatItDecidesFromWhatIsUsual() {
        assertThat(configuration().shown())
                .contains(
                        new ShownSetting("upstream.endpoint", "http://127.0.0.1:4711", "demo"),
                        new ShownSetting("gateway.listen", "127.0.0.1:10000", "demo"),
                        new ShownSetting("console.listen", "127.0.0.1:0", "demo"),
                        new ShownSetting("history.directory", folder.toString(), "demo"),
                        new ShownSetting("state", "(none)", "demo"),
                        new ShownSetting("pool.budget", "60/60s", "default"),
                        new ShownSetting("pool.linger", "30s", "default"));
    }

    @Test
    void runsWithWhatItShows() {
        PoolConfig pool = configuration().pool();
        assertThat(pool.maxConnections()).isEqualTo(PoolConfig.DEFAULT.maxConnections());
        assertThat(pool.linger()).isEqualTo(PoolConfig.DEFAULT.linger());
        assertThat(pool.slow().spill()).isEmpty();
        assertThat(configuration().budget()).containsExactly(BudgetRule.DEFAULT);
        assertThat(configuration().history().directory()).isEqualTo(folder);
        assertThat(configuration().history().instance()).isEqualTo("demo");
    }
}
