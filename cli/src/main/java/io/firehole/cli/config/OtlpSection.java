package io.firehole.cli.config;

import io.firehole.cli.logging.Redaction;
import io.firehole.console.otlp.OtlpConfig;
import io.firehole.console.otlp.OtlpHeaders;
import io.firehole.console.otlp.OtlpSource;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What is said of sending the metrics to a collector.
 *
 * @param sources what flags, environment and file say
 * @param secrets reads the file of headers
 * @param problems takes what is wrong
 * @param warnings takes what is probably not meant
 */
record OtlpSection(Sources sources, Secrets secrets, List<String> problems, List<String> warnings) {

    /**
     * Where the metrics are sent; empty if nowhere.
     *
     * @param hasConsole whether there is a console, whose figures they are
     * @param host tells the name of this machine
     */
    Optional<OtlpConfig> read(boolean hasConsole, Supplier<String> host) {
        int before = problems.size();
        URI url = sources.value(Keys.OTLP_URL);
        boolean absent = url == null && problems.size() == before;
        Path file = sources.path(Keys.OTLP_HEADERS_FILE);
        Duration every = sources.orDefault(Keys.OTLP_EVERY, OtlpConfig.USUAL_EVERY);
        Duration timeout = sources.orDefault(Keys.OTLP_TIMEOUT, OtlpConfig.USUAL_TIMEOUT);
        String instance = sources.value(Keys.OTLP_INSTANCE);
        if (absent && (file != null || instance != null)) {
            problems.add(Keys.OTLP_URL.path() + " is not set, but other keys of metrics.otlp are");
        }
        if (url == null) {
            return Optional.empty();
        }
        if (!hasConsole) {
            problems.add(Keys.OTLP_URL.path() + " is set, but " + Keys.CONSOLE_LISTEN.path()
                    + " is off: the metrics are the console's");
        }
        OtlpHeaders headers = file == null ? OtlpHeaders.NONE : headers(file);
        if (file != null && "http".equals(url.getScheme()) && !ConfigReader.isLoopback(url.getHost())) {
            warnings.add(Keys.OTLP_URL.path() + " is " + url + ": without TLS the headers of "
                    + Keys.OTLP_HEADERS_FILE.path() + " pass in the clear");
        }
        String version = OtlpSection.class.getPackage().getImplementationVersion();
        OtlpSource source = new OtlpSource(
                version == null ? "" : version,
                instance == null || instance.isBlank() ? UUID.randomUUID().toString() : instance,
                host.get());
        return Optional.of(new OtlpConfig(url, headers, every, timeout, source));
    }

    private OtlpHeaders headers(Path file) {
        Optional<String> text = secrets.in(file, Keys.OTLP_HEADERS_FILE);
        if (text.isEmpty()) {
            return OtlpHeaders.NONE;
        }
        try {
            OtlpHeaders headers = OtlpHeaders.of(text.get());
            headers.secrets().forEach(Redaction::hide);
            return headers;
        } catch (IllegalArgumentException wrong) {
            problems.add(Keys.OTLP_HEADERS_FILE.path() + ": " + file + ": " + wrong.getMessage());
            return OtlpHeaders.NONE;
        }
    }
}
