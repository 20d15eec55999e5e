package io.firehole.cli.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RedactionTest {

    @Test
    void hidesASecretWhereverItStands() {
        Redaction.hide("s3cr3t-of-the-provider");
        assertThat(Redaction.of("https://host/s3cr3t-of-the-provider: refused s3cr3t-of-the-provider"))
                .isEqualTo("https://host/[hidden]: refused [hidden]");
    }

    @Test
    void hidesWhatStandsBehindTheNameOfATokenHeader() {
        assertThat(Redaction.of("HEADERS{x-token=abc123, x-monitor-id=m1}"))
                .isEqualTo("HEADERS{x-token=[hidden], x-monitor-id=m1}");
        assertThat(Redaction.of("{\"x-token\": \"abc123\"}")).isEqualTo("{\"x-token\": \"[hidden]\"}");
        assertThat(Redaction.of("[x-token: abc123]")).isEqualTo("[x-token: [hidden]]");
    }

    @Test
    void leavesOrdinaryWordsAlone() {
        Redaction.hide("to");
        assertThat(Redaction.of("connected to a provider without a token"))
                .isEqualTo("connected to a provider without a token");
    }

    @Test
    void theLogItselfIsRedactedAlsoInTheTextOfAnException() {
        Redaction.hide("token-in-an-exception");
        PrintStream before = System.err;
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
        try {
            LoggerFactory.getLogger("io.firehole.test")
                    .warn("failed", new IllegalStateException("refused token-in-an-exception"));
        } finally {
            System.setErr(before);
        }
        assertThat(written.toString(StandardCharsets.UTF_8))
                .contains("WARN  test: failed")
                .contains("IllegalStateException: refused [hidden]")
                .doesNotContain("token-in-an-exception");
    }
}
