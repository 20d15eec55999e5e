package io.firehole.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firehole.cli.logging.Redaction;
import io.firehole.console.otlp.OtlpConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OtlpSectionTest {

    private static final Map<String, String> ENVIRONMENT = Map.of("GRPC_URL", "my.provider", "HOSTNAME", "here");

    @TempDir
    private Path folder;

    private FireholeConfig read(String yaml) throws IOException, InvalidConfigurationException {
        return ConfigReader.read(Map.of(), ENVIRONMENT, Files.writeString(folder.resolve("firehole.yaml"), yaml));
    }

    @Test
    void isOffUnlessThereIsAnAddress() throws Exception {
        assertThat(read("metrics: { otlp: { every: 10s, timeout: 5s } }").otlp())
                .isEmpty();
        OtlpConfig usual = read("metrics: { otlp: { url: 'http://localhost:4318' } }")
                .otlp()
                .orElseThrow();
        assertThat(usual.url()).isEqualTo(URI.create("http://localhost:4318/v1/metrics"));
        assertThat(usual.every()).isEqualTo(Duration.ofSeconds(60));
        assertThat(usual.timeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(usual.source().host()).isEqualTo("here");
        assertThat(read("metrics: { otlp: { url: 'http://localhost:4318' } }").otlp())
                .as("another instance each time")
                .get()
                .isNotEqualTo(usual);
    }

    @Test
    void readsEveryKeyAndHidesTheHeaders() throws Exception {
        Files.writeString(folder.resolve("headers"), "Authorization: Bearer otlp-s3cret-1\napi-key: otlp-s3cret-2\n");
        FireholeConfig config = read("metrics: { otlp: { url: 'https://collector.example/otlp', headers-file: headers, "
                + "every: 15s, timeout: 2s, instance: gateway-1 } }");
        OtlpConfig otlp = config.otlp().orElseThrow();
        assertThat(otlp.url()).hasToString("https://collector.example/otlp");
        assertThat(otlp.every()).isEqualTo(Duration.ofSeconds(15));
        assertThat(otlp.timeout()).isEqualTo(Duration.ofSeconds(2));
        assertThat(otlp.source().instance()).isEqualTo("gateway-1");
        assertThat(otlp.headers().secrets()).contains("otlp-s3cret-1", "otlp-s3cret-2");
        assertThat(config.toString()).doesNotContain("s3cret");
        assertThat(Redaction.of("sent Bearer otlp-s3cret-1, only otlp-s3cret-1, and otlp-s3cret-2"))
                .doesNotContain("s3cret");
        assertThat(config.settings())
                .contains(new Setting(
                        "metrics.otlp.headers-file",
                        "headers",
                        new Origin.Line(folder.resolve("firehole.yaml").toString(), 1)));
        assertThat(config.warnings()).isEmpty();
    }

    @Test
    void warnsOfHeadersThatWouldPassInTheClear() throws Exception {
        Files.writeString(folder.resolve("headers"), "api-key: otlp-s3cret-3");
        assertThat(read("metrics: { otlp: { url: 'http://collector.example', headers-file: headers } }")
                        .warnings())
                .singleElement()
                .asString()
                .endsWith("without TLS the headers of metrics.otlp.headers-file pass in the clear");
        assertThat(read("metrics: { otlp: { url: 'http://127.0.0.1:4318', headers-file: headers } }")
                        .warnings())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "metrics: { otlp: { headers-file: headers } } | metrics.otlp.url is not set, but other keys of metrics.otlp are",
                "metrics: { otlp: { instance: a } } | metrics.otlp.url is not set, but other keys of metrics.otlp are",
                "metrics: { otlp: { url: 'http://localhost', every: 0s } } | metrics.otlp.every is \"0s\": must be from 1s to 1h",
                "metrics: { otlp: { url: 'http://localhost', timeout: 2m } } | metrics.otlp.timeout is \"2m\": must be from 100ms to 60s",
                "metrics: { otlp: { url: 'http://localhost', headers-file: headers } } | headers: line 1: must be 'name: value', in ASCII",
                "metrics: { otlp: { url: 'http://localhost', headers-file: none } } | none does not exist",
                "metrics: { otlp: { url: 'http://localhost/?key=otlp-s3cret', instance: a } } | metrics.otlp.url: must hold no user, no query and no fragment",
                "metrics: { otlp: { url: 'http://localhost' } }, console: { listen: off } | metrics.otlp.url is set, but console.listen is off"
            })
    void tellsOnceWhatIsWrongAndNoSecret(String yaml, String problem) throws IOException {
        Files.writeString(folder.resolve("headers"), "otlp-s3cret-alone");
        assertThatThrownBy(() -> read("{ " + yaml + " }"))
                .isInstanceOfSatisfying(
                        InvalidConfigurationException.class,
                        invalid -> assertThat(invalid.problems())
                                .singleElement()
                                .asString()
                                .contains(problem)
                                .doesNotContain("s3cret"));
    }
}
