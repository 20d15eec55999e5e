package io.firehole.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.firehole.cli.NodeScripts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard of the demo in a real browser. The screenshots of every view lie in target/dashboard afterwards. */
@Tag("alone")
@Timeout(400)
class DashboardTest {

    private static final Path ROOT = Path.of(System.getProperty("firehole.root", ".."));
    private static final int PATIENCE_SECONDS = 360;

    /** Views, each in two themes and two widths. */
    private static final int OPENED = 9 * 4;

    @TempDir
    private Path folder;

    @Test
    void showsWhatIsAndDoesWhatItIsToldInARealBrowser() throws Exception {
        NodeScripts.require(DashboardTest.class, NodeScripts.CHROMIUM);
        Path screenshots =
                Files.createDirectories(ROOT.resolve("cli/target/dashboard").toAbsolutePath());
        InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        JsonNode saw;
        try (Demo demo = Demo.start(new DemoSettings(free, free, 7, 1, Optional.empty(), UnaryOperator.identity()))) {
            saw = look(demo, screenshots);
        }
        System.out.printf(
                "dashboard: %d views opened, %d figures compared, a broken connection seen after %d ms%n",
                saw.get("opened").size(),
                saw.get("compared").intValue(),
                saw.get("seenAfterMillis").intValue());

        assertThat(saw.get("opened")).hasSize(OPENED);
        assertThat(saw.get("violations")).as("rules of accessibility").isEmpty();
        assertThat(saw.get("foreign")).as("requests to others").isEmpty();
        assertThat(saw.get("errors")).as("what the browser complains of").isEmpty();
        assertThat(saw.get("wide")).as("pages that scroll sideways").isEmpty();
        assertThat(saw.get("differing"))
                .as("figures that are not the console's")
                .isEmpty();
        assertThat(saw.get("compared").intValue()).isEqualTo(35);
        assertThat(saw.at("/past/earlier").intValue())
                .as("moments before the page was opened, after %s of its own", saw.at("/past/own"))
                .isGreaterThan(10);
        assertThat(saw.at("/past/differing"))
                .as("of them, those that the history has otherwise")
                .isEmpty();
        assertThat(saw.at("/past/provider").intValue())
                .as("of them, those with a figure that nobody kept")
                .isZero();
        assertThat(saw.at("/withoutHistory/text").textValue()).contains("no history is kept");
        assertThat(saw.at("/withoutHistory/rows").intValue())
                .as("moments without a history")
                .isLessThanOrEqualTo(saw.at("/withoutHistory/own").intValue());
        assertThat(saw.get("cost").textValue()).contains("new connections that are free for this");
        assertThat(saw.get("replaced").textValue()).contains("is being replaced");
        assertThat(saw.get("dialogs").intValue()).as("names that were run").isZero();
        assertThat(saw.get("hostileTexts").intValue())
                .as("views that drew such a name as text")
                .isEqualTo(3);
        assertThat(saw.get("hostileElements").intValue())
                .as("names that became elements")
                .isZero();
    }

    private JsonNode look(Demo demo, Path screenshots) throws IOException, InterruptedException {
        Path out = folder.resolve("saw.json");
        Path err = folder.resolve("errors");
        Process browser = new ProcessBuilder(
                        "node", "dashboard.mjs", demo.consoleUrl(), demo.controlUrl(), screenshots.toString())
                .directory(NodeScripts.FOLDER.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            assertThat(browser.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("it ends")
                    .isTrue();
            assertThat(browser.exitValue()).as(Files.readString(err)).isZero();
            return new ObjectMapper().readTree(out.toFile());
        } finally {
            browser.destroyForcibly();
        }
    }
}
