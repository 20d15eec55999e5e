package io.firehole.console.otlp;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;

/**
 * Where metrics are sent, and how often.
 *
 * @param url the whole address
 * @param headers what goes with every request
 * @param every how long after one export the next one begins
 * @param timeout how long one may take, from the connection to the end of the answer
 * @param source whose metrics they are
 */
public record OtlpConfig(URI url, OtlpHeaders headers, Duration every, Duration timeout, OtlpSource source) {

    /** How often where nobody says otherwise; what OpenTelemetry's own libraries do. */
    public static final Duration USUAL_EVERY = Duration.ofSeconds(60);

    /** How long an export may take where nobody says otherwise. */
    public static final Duration USUAL_TIMEOUT = Duration.ofSeconds(10);

    /** Where collectors take metrics. */
    private static final String USUAL_PATH = "/v1/metrics";

    public OtlpConfig {
        if (!every.isPositive() || !timeout.isPositive()) {
            throw new IllegalArgumentException("every and timeout must be positive, were " + every + " and " + timeout);
        }
    }

    /**
     * The address of a collector, with the usual path if it has none.
     *
     * @throws IllegalArgumentException if it is none, or could hold a secret: addresses end up in logs. The message does not repeat it
     */
    public static URI url(String text) {
        URI url;
        try {
            url = new URI(text.strip());
        } catch (URISyntaxException wrong) {
            throw notOne();
        }
        boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!http || url.getHost() == null) {
            throw notOne();
        }
        if (url.getRawUserInfo() != null || url.getRawQuery() != null || url.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "must hold no user, no query and no fragment: addresses end up in logs; headers-file is for keys");
        }
        String path = url.getRawPath();
        return path.isEmpty() || path.equals("/") ? url.resolve(USUAL_PATH) : url;
    }

    private static IllegalArgumentException notOne() {
        return new IllegalArgumentException(
                "must begin with http:// or https:// and name a host, as in https://collector.example:4318");
    }
}
