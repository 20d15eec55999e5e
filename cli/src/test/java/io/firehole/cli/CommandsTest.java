package io.firehole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class CommandsTest {

    @Test
    void everyCommandHasHelpWithAnExample() {
        for (CommandLine command : Main.commandLine().getSubcommands().values()) {
            Invocation help = Invocation.of(command.getCommandName(), "--help");
            assertThat(help.exitCode()).isZero();
            assertThat(help.err()).isEmpty();
            assertThat(help.out()).contains("Usage: firehole " + command.getCommandName(), "Example: firehole ");
        }
    }

    @Test
    void namesItsVersionOnStdout() {
        Invocation version = Invocation.of("--version");
        assertThat(version.exitCode()).isZero();
        assertThat(version.out()).startsWith("firehole ");
    }

    @Test
    void withoutACommandSaysWhatThereIs() {
        Invocation bare = Invocation.of();
        assertThat(bare.exitCode()).isEqualTo(2);
        assertThat(bare.out()).isEmpty();
        assertThat(bare.err()).contains("try-filter", "check-config").endsWith("firehole: name a command\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '@', textBlock = """
            chek-config         @ firehole: Unmatched argument at index 0: 'chek-config'; did you mean check-config? (see firehole --help)
            check-config --jsno @ firehole: Unknown option: '--jsno'; did you mean --json? (see firehole check-config --help)
            try-filter          @ firehole: Missing required options: '--capture=FILE', '--request=FILE|JSON' (see firehole try-filter --help)
            """, quoteCharacter = '"')
    void aMisspeltCommandLineIsOneLineAndCodeTwo(String arguments, String message) {
        Invocation misspelt = Invocation.of(arguments.split(" "));
        assertThat(misspelt.exitCode()).isEqualTo(2);
        assertThat(misspelt.out()).isEmpty();
        assertThat(misspelt.err()).isEqualTo(message + "\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '@', textBlock = """
            simulate --listen 127.0.0.1:99999 @ --listen: the port must be from 0 to 65,535
            simulate --control 10101          @ --control: an address is HOST:PORT
            simulate --listen nohost.invalid:0 @ --listen: nobody knows a host nohost.invalid
            simulate --profile tritn          @ --profile: there is no profile "tritn"; there are: standard, open,
            simulate --limit 60               @ --limit is "60": a rate is COUNT/TIME, as in 60/60s
            simulate --skip-every -1          @ --skip-every must be 0 or at least 2, was -1
            simulate --replay-slots -1        @ --replay-slots must be from 0 to
            simulate --over-limit never       @ --over-limit must be 429 or close, was "never"
            simulate --max-connections 0      @ --max-connections is "0": must be at least 1
            simulate --speed 0                @ --speed must be
            simulate --speed fast             @ Invalid value for option '--speed': 'fast' is not a double
            simulate --capture nowhere        @ --capture: there is no file nowhere
            demo --for 5                      @ --for: "5": a time needs its unit, as in 30s, 5m or 500ms
            demo --monitors 0                 @ --monitors: must be from 1 to 500, was 0
            demo --speed 0                    @ --speed: must be above 0 and at most 100, was 0.0
            demo --gateway 10000              @ --gateway: an address is HOST:PORT
            demo --console 3001               @ --console: an address is HOST:PORT
            serve --endpoint ftp://host       @ flag --endpoint: upstream.endpoint: the URL must begin with https://
            serve --config nowhere.yaml       @ nowhere.yaml: there is no such file
            serve --endpoint host --gateway nohost.invalid:0 @ --gateway: nobody knows a host nohost.invalid
            """, quoteCharacter = '`')
    void aWrongValueIsOneLineThatNamesItsFlag(String arguments, String message) {
        Invocation wrong = Invocation.of(arguments.split(" "));
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.out()).isEmpty();
        assertThat(wrong.err()).startsWith("firehole: " + message);
        assertThat(wrong.err().lines()).hasSize(1);
    }

    @Nested
    class TryFilter {

        private static final String CAPTURE =
                System.getProperty("firehole.root") + "/data/mainnet-361774429.capture.gz";
        private static final String PUMP = """
                {"transactions": {"pump": {"accountInclude": ["6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P"]}},
                 "slots": {"": {}}}""";
        private static final String EMPTY_SHA = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

        @Test
        void printsEachFilterAndTheTotal() throws IOException {
            Invocation run = Invocation.of("try-filter", "--capture", CAPTURE, "--request", PUMP, "--json");

            assertThat(run.err()).isEmpty();
            assertThat(run.exitCode()).isZero();
            JsonNode document = new ObjectMapper().readTree(run.out());
            assertThat(document.at("/filters/transactions/pump/count").asInt()).isEqualTo(16);
            assertThat(document.at("/filters/transactions/pump/sha256").asText())
                    .matches("[0-9a-f]{64}");
            assertThat(document.get("filters").get("slots").get("").get("count").asInt())
                    .isEqualTo(3);
            assertThat(document.at("/total/count").asInt()).isEqualTo(19);
            assertThat(document.fieldNames()).toIterable().containsExactly("filters", "total");
        }

        @Test
        void readsTheRequestFromAFileToo(@TempDir Path folder) throws IOException {
            Path file = Files.writeString(folder.resolve("request.json"), "\n" + PUMP);
            String inline = Invocation.of("try-filter", "--capture", CAPTURE, "--request", PUMP)
                    .out();
            assertThat(Invocation.of("try-filter", "--capture", CAPTURE, "--request", file.toString())
                            .out())
                    .isEqualTo(inline)
                    .contains("transactions                  16  ", "  pump\n", "\ntotal ");
        }

        @Test
        void anEmptyRequestPassesNothing() throws IOException {
            Invocation run = Invocation.of("try-filter", "--capture", CAPTURE, "--request", "{}", "--json");
            assertThat(new ObjectMapper().readTree(run.out()))
                    .isEqualTo(new ObjectMapper()
                            .readTree(
                                    "{\"filters\": {}, \"total\": {\"count\": 0, \"sha256\": \"" + EMPTY_SHA + "\"}}"));
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                {"transaction": {}}                                   | --request: unknown key "transaction"
                {"transactions": {"a": {"accountInclude": ["x!"]}}}   | --request: failed to create filter: Invalid Base58 string
                nowhere.json                                          | --request: there is no file nowhere.json, and it is no JSON object
                """)
        void saysWhatIsWrongWithTheRequest(String request, String message) {
            Invocation run = Invocation.of("try-filter", "--capture", CAPTURE, "--request", request);
            assertThat(run.exitCode()).isEqualTo(2);
            assertThat(run.out()).isEmpty();
            assertThat(run.err()).startsWith("firehole: " + message);
            assertThat(run.err().lines()).hasSize(1);
        }

        @Test
        void saysWhatIsWrongWithTheRecording(@TempDir Path folder) throws IOException {
            assertThat(Invocation.of("try-filter", "--capture", "nowhere", "--request", "{}"))
                    .isEqualTo(new Invocation(2, "", "firehole: --capture: there is no file nowhere\n"));
            Path text = Files.writeString(folder.resolve("text"), "no gzip");
            Invocation run = Invocation.of("try-filter", "--capture", text.toString(), "--request", "{}");
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err()).startsWith("firehole: --capture: ").contains(text.toString());
        }
    }
}
