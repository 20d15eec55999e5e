package io.firehole.cli;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The scripts that tests run by Node, and what they need. */
public final class NodeScripts {

    /** Where they lie. */
    public static final Path FOLDER = Path.of(System.getProperty("firehole.root", ".."), "cli/src/test/node");

    /** The browser that some of them drive; {@code CHROMIUM} names another one. */
    public static final Path CHROMIUM =
            Path.of(Objects.requireNonNullElse(System.getenv("CHROMIUM"), "/usr/bin/chromium"));

    private NodeScripts() {}

    /**
     * Skips a test on a machine without Node, without what {@code npm install} brings, or without another program; in CI, which
     * installs all of it, that is a failure.
     *
     * @param programs which it needs besides
     */
    public static void require(Class<?> test, Path... programs) {
        @Nullable String missing = missing(programs);
        if (missing != null && "true".equals(System.getenv("CI"))) {
            fail(test.getSimpleName() + " must run in CI, but " + missing);
        }
        if (missing != null) {
            System.err.println("SKIPPED " + test.getSimpleName() + ": " + missing);
        }
        assumeTrue(missing == null, missing);
    }

    private static @Nullable String missing(Path... programs) {
        if (!nodeRuns()) {
            return "there is no node on the PATH";
        }
        if (!Files.isDirectory(FOLDER.resolve("node_modules"))) {
            return "what it runs is not installed: run npm install in cli/src/test/node";
        }
        for (Path program : programs) {
            if (!Files.isExecutable(program)) {
                return "there is no " + program;
            }
        }
        return null;
    }

    private static boolean nodeRuns() {
        try {
            return new ProcessBuilder("node", "--version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException notFound) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
