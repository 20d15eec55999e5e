package io.firehole.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Firehole's programs as processes of their own; those that still run at the end are killed. */
final class Programs implements AutoCloseable {

    private static final long EXIT_SECONDS = 60;

    private final Path folder;
    private final List<Process> started = new ArrayList<>();

    /** @param folder where what they write to stderr goes */
    Programs(Path folder) {
        this.folder = folder;
    }

    /** A started program; its stderr goes to a file. */
    record Program(Process process, BufferedReader out, Path err) {

        /** What it prints first; waits for it. "null" if it ends without. */
        String firstLine() throws IOException {
            return String.valueOf(out.readLine());
        }

        int exitCode() throws InterruptedException {
            if (!process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("still running after " + EXIT_SECONDS + " s");
            }
            return process.exitValue();
        }

        /** What it has written to stderr. */
        String words() throws IOException {
            return Files.readString(err);
        }

        /** Ends it as {@code kill -9} does. */
        void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }

        /** Sends it a signal by name, as {@code kill} knows it. */
        void signal(String name) throws IOException, InterruptedException {
            new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                    .start()
                    .waitFor();
        }
    }

    /** Starts one; of the settings of this process it inherits none. */
    Program start(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "io.firehole.cli.Main"));
        command.addAll(List.of(arguments));
        Path err = folder.resolve("err-" + started.size());
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("FIREHOLE_") || name.startsWith("GRPC_"));
        builder.environment().remove("X_TOKEN");
        builder.environment().put("FIREHOLE_STATE", folder.resolve("state").toString());
        builder.environment().put("FIREHOLE_CONSOLE_LISTEN", "127.0.0.1:0");
        builder.environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        return new Program(process, process.inputReader(StandardCharsets.UTF_8), err);
    }

    @Override
    public void close() {
        started.forEach(Process::destroyForcibly);
    }
}
