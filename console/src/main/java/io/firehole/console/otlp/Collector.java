package io.firehole.console.otlp;

import com.google.protobuf.InvalidProtocolBufferException;
import io.firehole.console.http.BoundedBody;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Who takes the metrics, at the other end of HTTP. Any thread, best a virtual one: each request waits for its answer.
 *
 * <p>What it says of failures has none of the collector's own words, which may repeat a key.
 */
final class Collector implements AutoCloseable {

    /** What is read of an answer; those that say anything are far shorter. */
    static final int ANSWER_BYTES_MAX = 64 << 10;

    /** More would be more than collectors take; all metrics with all their series are less. */
    static final int REQUEST_BYTES_MAX = 16 << 20;

    /** How long a collector may ask to be left alone. */
    static final Duration STAY_AWAY_MAX = Duration.ofMinutes(5);

    private static final int TOO_MANY_REQUESTS = 429;
    private static final int UNAVAILABLE = 503;

    private final OtlpConfig config;
    private final ExecutorService threads;
    private final HttpClient http;

    /**
     * What came of a request.
     *
     * @param outcome in a word
     * @param reason the same for a person; empty if all is well
     * @param stayAway for how long the collector asks to be left alone; zero if it does not
     */
    record Answer(ExportOutcome outcome, String reason, Duration stayAway) {

        static Answer of(ExportOutcome outcome, String reason) {
            return new Answer(outcome, reason, Duration.ZERO);
        }
    }

    /** Connects to nobody yet. */
    Collector(OtlpConfig config) {
        this.config = config;
        this.threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("firehole-otlp-http-", 0).factory());
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1) // on a plain connection the client would ask for HTTP/2 first
                .connectTimeout(config.timeout())
                .followRedirects(HttpClient.Redirect.NEVER)
                .executor(threads)
                .build();
    }

    /**
     * Sends once and waits for the answer.
     *
     * @param within how long all of it may take
     * @throws InterruptedException if interrupted while waiting; then the request is given up
     */
    Answer send(ExportMetricsServiceRequest metrics, Duration within) throws InterruptedException {
        int size = metrics.getSerializedSize();
        if (size > REQUEST_BYTES_MAX) {
            return Answer.of(
                    ExportOutcome.FAILED,
                    "they make a request of " + size + " bytes, more than " + REQUEST_BYTES_MAX
                            + ", which is the limit");
        }
        HttpRequest.Builder request = HttpRequest.newBuilder(config.url())
                .timeout(within)
                .setHeader("Content-Type", "application/x-protobuf")
                .setHeader("User-Agent", config.source().userAgent())
                .POST(HttpRequest.BodyPublishers.ofByteArray(metrics.toByteArray()));
        config.headers().values().forEach(request::setHeader);
        CompletableFuture<HttpResponse<byte[]>> asked =
                http.sendAsync(request.build(), head -> new BoundedBody(ANSWER_BYTES_MAX));
        try {
            return answered(asked.get(within.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException | CancellationException late) {
            return late(within);
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            if (cause instanceof HttpTimeoutException && !(cause instanceof HttpConnectTimeoutException)) {
                return late(within);
            }
            // What the client says may have the request's headers.
            return Answer.of(
                    ExportOutcome.UNREACHABLE,
                    "it cannot be reached: "
                            + (cause == null ? failed : cause).getClass().getSimpleName());
        } finally {
            asked.cancel(true);
        }
    }

    private static Answer late(Duration within) {
        return Answer.of(ExportOutcome.LATE, "no answer within " + within.toMillis() + " ms");
    }

    private static Answer answered(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        if (status / 100 != 2) {
            boolean busy = status == TOO_MANY_REQUESTS || status == UNAVAILABLE;
            return new Answer(ExportOutcome.REFUSED, "HTTP " + status, busy ? stayAway(response) : Duration.ZERO);
        }
        long rejected = rejected(response.body());
        return rejected > 0
                ? Answer.of(ExportOutcome.PARTIAL, "it did not take " + rejected + " of the points")
                : Answer.of(ExportOutcome.SENT, "");
    }

    /** Its words may be in a form that we do not read: it has taken all then, as its status says. */
    private static long rejected(byte[] body) {
        try {
            return ExportMetricsServiceResponse.parseFrom(body)
                    .getPartialSuccess()
                    .getRejectedDataPoints();
        } catch (InvalidProtocolBufferException otherForm) {
            return 0;
        }
    }

    /** A date instead of seconds is not heeded: the next export is late enough. */
    private static Duration stayAway(HttpResponse<byte[]> response) {
        return response.headers()
                .firstValue("Retry-After")
                .filter(seconds -> seconds.matches("\\d{1,9}"))
                .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
                .map(asked -> asked.compareTo(STAY_AWAY_MAX) > 0 ? STAY_AWAY_MAX : asked)
                .orElse(Duration.ZERO);
    }

    @Override
    public void close() {
        http.shutdownNow();
        threads.shutdownNow();
    }
}
