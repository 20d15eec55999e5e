package io.firehole.pool.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrpcEndpointTest {

    @ParameterizedTest
    @CsvSource({
        "https://my.provider:10000, my.provider, 10000, true",
        "https://my.provider, my.provider, 443, true",
        "https://my.provider/, my.provider, 443, true",
        "HTTPS://my.provider:443, my.provider, 443, true",
        "my.provider, my.provider, 443, true",
        "my.provider:8443, my.provider, 8443, true",
        "' my.provider:8443 ', my.provider, 8443, true",
        "http://127.0.0.1:10100, 127.0.0.1, 10100, false",
        "http://localhost, localhost, 80, false",
        "http://[::1]:10100, ::1, 10100, false",
    })
    void readsWhatPeopleWrite(String url, String host, int port, boolean tls) {
        assertThat(GrpcEndpoint.parse(url))
                .isEqualTo(new GrpcEndpoint(host, port, tls, null, GrpcEndpoint.DEFAULT_TOKEN_KEY));
    }

    @ParameterizedTest
    @CsvSource({
        "'', is empty",
        "'   ', is empty",
        "ftp://my.provider, not with ftp://",
        "https://, not a URL",
        "https://my provider, not a URL",
        "https://my_provider, no host",
        "https://my.provider:port, no host",
        "https://my.provider:0, from 1 to 65535",
        "https://my.provider:70000, from 1 to 65535",
    })
    void saysWhatIsWrong(String url, String text) {
        assertThatThrownBy(() -> GrpcEndpoint.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text)
                .hasMessageStartingWith("endpoint: ");
    }

    @ParameterizedTest
    @CsvSource({
        "https://my.provider/s3cr3t",
        "https://my.provider:443/s3cr3t/",
        "https://s3cr3t@my.provider",
        "https://my.provider?token=s3cr3t",
        "https://my.provider#s3cr3t",
        "https://my.provider/s3cr3t%zz",
    })
    void neverShowsATokenThatStandsInTheUrl(String url) {
        assertThatThrownBy(() -> GrpcEndpoint.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .message()
                .doesNotContain("s3cr3t");
    }

    @Test
    void hidesTheToken() {
        GrpcEndpoint endpoint = GrpcEndpoint.parse("https://my.provider").withToken(AccessToken.of("s3cr3t"));
        assertThat(endpoint.toString())
                .contains("my.provider", "AccessToken[hidden]")
                .doesNotContain("s3cr3t");
        assertThat(endpoint.url()).isEqualTo("https://my.provider:443");
    }

    @Test
    void writesTheAuthorityAsHttpDoes() {
        assertThat(GrpcEndpoint.parse("http://[::1]:10100").authority()).isEqualTo("[::1]:10100");
        assertThat(GrpcEndpoint.parse("my.provider").authority()).isEqualTo("my.provider:443");
    }

    @Test
    void refusesAHeaderThatCannotCarryTheToken() {
        GrpcEndpoint endpoint = GrpcEndpoint.parse("my.provider");
        assertThatThrownBy(() -> endpoint.withTokenKey("X-Token")).hasMessageContaining("lower-case");
        assertThatThrownBy(() -> endpoint.withTokenKey("token-bin")).hasMessageContaining("-bin");
        assertThatThrownBy(() -> endpoint.withTokenKey("")).hasMessageContaining("was ''");
    }

    @Test
    void refusesATokenThatNoHeaderCanCarryWithoutShowingIt() {
        assertThatThrownBy(() -> AccessToken.of("")).hasMessageContaining("empty");
        assertThatThrownBy(() -> AccessToken.of("s3cr3t\n"))
                .hasMessageContaining("place 7 of 7")
                .message()
                .doesNotContain("s3cr3t");
        assertThatThrownBy(() -> AccessToken.of("schlüssel")).hasMessageContaining("place 5 of 9");
    }
}
