package io.firehole.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.firehole.cli.NodeScripts;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a page that shows many monitors takes of a browser, and of the network. */
@Timeout(300)
@Tag("alone")
class BusyDashboardTest {

    private static final int MONITORS = 64;
    private static final int SECONDS = "true".equals(System.getenv("CI")) ? 60 : 20;

    /** Elements that may come to the page: one a row in four seconds. None is to come, but a row may have more to say than before. */
    private static final int ELEMENTS_MORE = MONITORS * SECONDS / 4;

    /** What a page may cost the network, for each picture that comes: one a second. */
    private static final int BYTES_A_PICTURE = 20_000;

    @TempDir
    private Path folder;

    @Test
    void manyMonitorsAreDrawnOnceASecondAndTheNextProcessIsNoticed() throws Exception {
        NodeScripts.require(BusyDashboardTest.class, NodeScripts.CHROMIUM);
        Path errors = folder.resolve("errors");
        InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Process browser = null;
        try {
            JsonNode looked;
            String url;
            BufferedReader said;
            try (Demo demo = Demo.start(settings(free))) {
                url = demo.consoleUrl();
                browser = new ProcessBuilder(
                                "node", "busy-dashboard.mjs", url, String.valueOf(MONITORS), String.valueOf(SECONDS))
                        .directory(NodeScripts.FOLDER.toFile())
                        .redirectError(errors.toFile())
                        .start();
                said = browser.inputReader(StandardCharsets.UTF_8);
                looked = next(said, "looking ", errors);
            }
            int port = URI.create(url).getPort();
            try (Demo next = Demo.start(settings(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)))) {
                assertThat(next.consoleUrl()).isEqualTo(url);
                JsonNode noticed = next(said, "noticed ", errors);
                tell(looked, noticed);
            }
            assertThat(browser.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
            assertThat(looked.get("errors")).isEmpty();
            assertThat(looked.get("rows").intValue()).isEqualTo(MONITORS);
            assertThat(looked.get("keptRows").intValue())
                    .as("rows that are the same elements as before, so that they keep the focus")
                    .isEqualTo(MONITORS);
            assertThat(looked.get("sparklines").intValue())
                    .as("rows with a sparkline")
                    .isEqualTo(MONITORS);
            assertThat(looked.get("drawn").intValue())
                    .as("pictures drawn of %s that came", looked.get("frames"))
                    .isPositive()
                    .isBetween(
                            looked.get("frames").intValue() - 1,
                            looked.get("frames").intValue() + 1);
            assertThat(looked.get("newestDrawn").booleanValue())
                    .as("the newest is drawn")
                    .isTrue();
            assertThat(perPicture(looked, "bytes") + perPicture(looked, "answerBytes"))
                    .as("bytes a picture, with the answers to what the page asks besides")
                    .isLessThanOrEqualTo(BYTES_A_PICTURE);
            assertThat(looked.get("nodesGrowth").intValue())
                    .as("elements left behind")
                    .isLessThan(ELEMENTS_MORE);
        } finally {
            if (browser != null) {
                browser.destroyForcibly();
            }
        }
    }

    private static DemoSettings settings(InetSocketAddress console) {
        InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return new DemoSettings(free, console, MONITORS, 1, Optional.empty(), UnaryOperator.identity());
    }

    private static JsonNode next(BufferedReader said, String word, Path errors) throws IOException {
        String line = said.readLine();
        assertThat(line).as(() -> read(errors)).startsWith(word);
        return new ObjectMapper().readTree(line.substring(word.length()));
    }

    private static String read(Path errors) {
        try {
            return Files.readString(errors);
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    private static long perPicture(JsonNode looked, String bytes) {
        return looked.get(bytes).longValue() / looked.get("frames").longValue();
    }

    private static void tell(JsonNode looked, JsonNode noticed) {
        System.out.printf(
                Locale.ROOT,
                "busy dashboard: %d monitors for %.0f s: main thread %.1f %% of a core (script %.1f, layout and style %.1f), %d"
                        + " tasks of more than 50 ms; heap %,d KB, grown by %,d KB; %,d bytes a picture, the largest %,d,"
                        + " %,d besides; another process noticed after %d ms%n",
                MONITORS,
                looked.get("seconds").doubleValue(),
                100 * looked.get("mainThread").doubleValue(),
                100 * looked.get("script").doubleValue(),
                100 * looked.get("layout").doubleValue(),
                looked.get("longTasks").intValue(),
                looked.get("heap").longValue() / 1_024,
                looked.get("heapGrowth").longValue() / 1_024,
                perPicture(looked, "bytes"),
                looked.get("largestFrame").intValue(),
                perPicture(looked, "answerBytes"),
                noticed.get("millis").intValue());
    }
}
