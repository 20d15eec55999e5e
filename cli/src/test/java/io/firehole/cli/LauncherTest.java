package io.firehole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher in a house of its own, with a Maven and JDKs that only write down that they were called. The places where it
 * looks for JDKs are moved into the test's folder.
 */
@EnabledOnOs({OS.LINUX, OS.MAC})
class LauncherTest {

    private static final Path ROOT = Path.of(System.getProperty("firehole.root"));

    @TempDir
    private Path folder;

    private Path house;
    private Path calls;

    /** What one start came to. */
    private record Started(int exitCode, String out, String err) {}

    @BeforeEach
    void build() throws IOException {
        folder = folder.toRealPath();
        house = Files.createDirectories(folder.resolve("a house")); // with a blank, as some paths have
        calls = folder.resolve("calls");
        Files.writeString(calls, "");
        Files.createDirectories(house.resolve("scripts"));
        Files.createDirectories(house.resolve("cli/src/main/java"));
        Files.createDirectories(house.resolve("data"));
        Files.copy(ROOT.resolve("firehole"), house.resolve("firehole"));
        String finder = Files.readString(ROOT.resolve("scripts/find-jdk.sh"));
        Files.writeString(
                house.resolve("scripts/find-jdk.sh"),
                finder.replaceAll("(?<=[ \"])/(usr|opt|Library)/", folder + "/$1/"));
        Files.writeString(house.resolve("pom.xml"), "<project/>");
        Files.writeString(house.resolve("cli/pom.xml"), "<project/>");
        Files.writeString(house.resolve("cli/src/main/java/Main.java"), "class Main {}");
        script(folder.resolve("bin/mvn"), """
                echo "mvn with $JAVA_HOME" >> "%s"
                if [ -f "%s/broken" ]; then echo '[ERROR] Main.java:[1,1] it is broken'; exit 1; fi
                sleep "${MVN_SECONDS:-0}"
                mkdir -p cli/target/program && echo jar > cli/target/program/firehole.jar
                """.formatted(calls, folder));
    }

    @Test
    void runsTheNewestJdkOfAllPlaces() throws Exception {
        jdk("usr/lib/jvm/java-21", "21.0.4");
        jdk("usr/lib/jvm/java-25", "25.0.1");
        jdk("opt/jdk-24", "24");
        jdk("old", "1.8.0_402");

        Started started = start(Map.of("JAVA_HOME", folder.resolve("old").toString()), "demo", "--for", "1 s");

        assertThat(started.exitCode()).isEqualTo(7);
        assertThat(started.out()).isEqualTo("java-25: demo|--for|1 s|\n");
        assertThat(Files.readString(calls)).contains("mvn with " + folder.resolve("usr/lib/jvm/java-25"));
    }

    @Test
    void takesJavaHomeIfNoneIsNewer() throws Exception {
        jdk("usr/lib/jvm/java-21", "21.0.4");
        jdk("mine", "21.0.4");
        assertThat(start(Map.of("JAVA_HOME", folder.resolve("mine").toString()), "x")
                        .out())
                .startsWith("mine: ");
    }

    @Test
    void saysWhatToInstallIfThereIsNoJdk() throws Exception {
        jdk("usr/lib/jvm/java-17", "17.0.15");
        Started started = start(Map.of(), "demo");
        assertThat(started.exitCode()).isEqualTo(2);
        assertThat(started.out()).isEmpty();
        assertThat(started.err())
                .contains("needs a JDK of version 21 or newer; the newest found: 17, in " + folder, "apt-get", "brew");
    }

    @Test
    void saysWhatToInstallIfThereIsNoMaven() throws Exception {
        jdk("usr/lib/jvm/java-21", "21");
        Files.delete(folder.resolve("bin/mvn"));
        Started started = start(Map.of(), "demo");
        assertThat(started.exitCode()).isEqualTo(2);
        assertThat(started.err()).contains("finds no mvn on the PATH", "apt-get install maven");
    }

    @Test
    void buildsOnlyWhatIsNewerThanTheJar() throws Exception {
        jdk("usr/lib/jvm/java-21", "21");
        assertThat(start(Map.of(), "x").err()).contains("firehole: building");
        assertThat(start(Map.of(), "x").err()).isEmpty();
        assertThat(builds()).isEqualTo(1);

        touch(house.resolve("cli/src/main/java/Main.java"));
        assertThat(start(Map.of("FIREHOLE_BUILD", "never"), "x").err()).isEmpty();
        start(Map.of(), "x");
        assertThat(builds()).isEqualTo(2);

        touch(house.resolve("data"));
        start(Map.of(), "x");
        assertThat(builds()).isEqualTo(3);
    }

    @Test
    void showsWhatBrokeTheBuildAndStartsNothing() throws Exception {
        jdk("usr/lib/jvm/java-21", "21");
        Files.writeString(folder.resolve("broken"), "");
        Started started = start(Map.of(), "demo");
        assertThat(started.exitCode()).isEqualTo(1);
        assertThat(started.out()).isEmpty();
        assertThat(started.err())
                .contains("[ERROR] Main.java:[1,1] it is broken", house + "/cli/target/program/build.log");
    }

    @Test
    void ofTwoStartsAtOnceOneBuilds() throws Exception {
        jdk("usr/lib/jvm/java-21", "21");
        Process first = launch(house.resolve("firehole"), Map.of("MVN_SECONDS", "1"), "first");
        Process second = launch(house.resolve("firehole"), Map.of("MVN_SECONDS", "1"), "second");
        Started one = finish(first);
        Started other = finish(second);
        assertThat(one.out()).as("%s", one).isEqualTo("java-21: first|\n");
        assertThat(other.out()).as("%s", other).isEqualTo("java-21: second|\n");
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void worksThroughALinkFromAnywhere() throws Exception {
        jdk("usr/lib/jvm/java-21", "21");
        Path link = Files.createSymbolicLink(folder.resolve("bin/fh"), Path.of("../a house/firehole"));
        assertThat(finish(launch(link, Map.of(), "serve")).out()).isEqualTo("java-21: serve|\n");
    }

    @Test
    void passesFurtherOptionsToTheJvm() throws Exception {
        jdk("usr/lib/jvm/java-21", "21");
        start(Map.of("FIREHOLE_JAVA_OPTS", "-Xmx99m -Da=*"), "x");
        assertThat(Files.readString(calls))
                .contains("|-Xmx99m|-Da=*|-jar|" + house + "/cli/target/program/firehole.jar|x|");
    }

    private int builds() throws IOException {
        return (int) Files.readAllLines(calls).stream()
                .filter(line -> line.startsWith("mvn "))
                .count();
    }

    /** A JDK whose java prints its own name and what follows the jar, and ends with 7. */
    private void jdk(String place, String version) throws IOException {
        Path home = folder.resolve(place);
        script(home.resolve("bin/javac"), "");
        script(home.resolve("bin/java"), """
                { printf 'java '; printf '|%%s' "$@"; echo '|'; } >> "%s"
                while [ "$1" != -jar ]; do shift; done
                shift 2
                printf '%s: '; printf '%%s|' "$@"; echo
                exit 7
                """.formatted(calls, home.getFileName()));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"test\"\nJAVA_VERSION=\"" + version + "\"\n");
    }

    private static void script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/bash\n" + text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Newer than whatever was built a moment ago, also where file times are coarse. */
    private static void touch(Path file) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(2)));
    }

    private Started start(Map<String, String> environment, String... arguments) throws Exception {
        return finish(launch(house.resolve("firehole"), environment, arguments));
    }

    private Process launch(Path launcher, Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", folder.resolve("bin") + ":" + withoutJava());
        builder.environment().put("HOME", folder.resolve("home").toString());
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** A folder with the tools the launcher calls, and neither Java nor Maven. */
    private String withoutJava() throws IOException {
        Path tools = Files.createDirectories(folder.resolve("tools"));
        for (String tool : List.of(
                "bash",
                "cat",
                "chmod",
                "dirname",
                "basename",
                "env",
                "find",
                "flock",
                "grep",
                "head",
                "mkdir",
                "mv",
                "readlink",
                "rm",
                "sed",
                "sleep",
                "tail",
                "touch")) {
            for (String place : List.of("/usr/bin/", "/bin/")) {
                // Once only: a launcher already running reads them.
                if (Files.exists(Path.of(place + tool)) && !Files.exists(tools.resolve(tool))) {
                    script(tools.resolve(tool), "exec " + place + tool + " \"$@\"\n");
                    break;
                }
            }
        }
        return tools.toString();
    }

    private static Started finish(Process process) throws Exception {
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Started(process.exitValue(), out, err);
    }
}
