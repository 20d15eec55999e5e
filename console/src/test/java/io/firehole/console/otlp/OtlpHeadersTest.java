package io.firehole.console.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OtlpHeadersTest {

    @Test
    void namesAndValuesAreReadAndTheirSecretsKnown() {
        OtlpHeaders headers =
                OtlpHeaders.of("# for the collector\n\nApi-Key: k3y: with colon\nauthorization:Bearer t0ken\n");
        assertThat(headers.values()).isEqualTo(Map.of("api-key", "k3y: with colon", "authorization", "Bearer t0ken"));
        assertThat(headers.secrets()).containsExactly("k3y: with colon", "Bearer t0ken", "t0ken");
        assertThat(headers.toString()).isEqualTo("OtlpHeaders[2 headers, hidden]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3cret-alone",
                "api key: s3cret",
                "api-key:",
                "api-key: s3cret\u00e9",
                "Content-Type: s3cret",
                "host: s3cret",
                "a: 1\na: s3cret",
                "",
                "# none"
            })
    void whatIsWrongIsToldWithoutAValue(String text) {
        assertThatThrownBy(() -> OtlpHeaders.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("(line [12]: )?(must|this header) .*")
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void thereAreNoMoreThanACollectorCouldAskFor() {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 32; i++) {
            many.append('h').append(i).append(": x\n");
        }
        assertThat(OtlpHeaders.of(many.toString()).values()).hasSize(32);
        assertThatThrownBy(() -> OtlpHeaders.of(many + "one: more")).hasMessage("must have at most 32 headers");
    }

    @ParameterizedTest
    @CsvSource({
        "http://collector:4318, http://collector:4318/v1/metrics",
        "https://collector.example/, https://collector.example/v1/metrics",
        "https://collector.example/api/otlp, https://collector.example/api/otlp",
    })
    void anAddressWithoutAPathHasTheUsualOne(String said, String meant) {
        assertThat(OtlpConfig.url(said)).hasToString(meant);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "collector:4318",
                "grpc://s3cret:4317",
                "http:///s3cret",
                "https://s3cret@collector",
                "https://collector/v1?key=s3cret",
                "https://collector/#s3cret",
                "https://s3 cret/"
            })
    void anAddressThatIsNoneOrCouldHoldASecretIsRefusedWithoutRepeatingIt(String said) {
        assertThatThrownBy(() -> OtlpConfig.url(said))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("must ")
                .hasMessageNotContaining("s3");
    }
}
