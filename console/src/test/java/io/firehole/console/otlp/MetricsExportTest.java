package io.firehole.console.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.firehole.console.otlp.FakeCollector.Taken;
import io.firehole.pool.time.Timers;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsPartialSuccess;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** An exporter before a real HTTP server. */
@Timeout(60)
class MetricsExportTest {

    private static final Logger LOG = (Logger) LoggerFactory.getLogger(MetricsExport.class);
    private static final Duration SOON = Duration.ofMillis(200);

    /** What waits for its time; the test says when that has come. */
    private static final class Waiting implements Timers {

        record Task(long delayNanos, Runnable task) {}

        private final BlockingQueue<Task> tasks = new LinkedBlockingQueue<>();

        @Override
        public Timer after(long delayNanos, Runnable task) {
            Task one = new Task(delayNanos, task);
            tasks.add(one);
            return () -> tasks.remove(one);
        }

        /** The next one, when there is one. */
        Task next() throws InterruptedException {
            Task next = tasks.poll(10, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("nothing waits for its time");
            }
            return next;
        }
    }

    private final List<String> logged = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> lines = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            logged.add(event.getLevel() + " " + event.getFormattedMessage() + " " + event.getThrowableProxy());
        }
    };
    private final Waiting timers = new Waiting();
    private final ExportCounts counts = new ExportCounts();
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void listen() {
        lines.start();
        LOG.setLevel(Level.DEBUG);
        LOG.addAppender(lines);
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
        LOG.detachAppender(lines);
        LOG.setLevel(null);
    }

    private FakeCollector collector() throws IOException {
        FakeCollector collector = new FakeCollector();
        open.add(collector);
        return collector;
    }

    private static MetricSnapshots figures(double value) {
        return MetricSnapshots.of(GaugeSnapshot.builder()
                .name("figure")
                .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .value(value)
                        .build())
                .build());
    }

    private MetricsExport export(OtlpConfig config) {
        return export(config, () -> figures(1));
    }

    private MetricsExport export(OtlpConfig config, Supplier<MetricSnapshots> figures) {
        MetricsExport export = MetricsExport.start(config, figures, counts, () -> Instant.EPOCH, timers);
        open.add(export);
        return export;
    }

    private static OtlpConfig within(OtlpConfig config, Duration timeout) {
        return new OtlpConfig(config.url(), config.headers(), config.every(), timeout, config.source());
    }

    /** Has an export made, and waits until the next one waits for its time. */
    private Waiting.Task turn() throws InterruptedException {
        timers.next().task().run();
        Waiting.Task next = timers.next();
        timers.tasks.add(next);
        return next;
    }

    private List<String> told() {
        return logged.stream().filter(line -> !line.startsWith("DEBUG")).toList();
    }

    @Test
    void theFiguresAreSentAtOnceAndEachTimeAnew() throws Exception {
        FakeCollector collector = collector();
        AtomicLong figure = new AtomicLong();
        export(collector.config(), () -> figures((double) figure.incrementAndGet()));
        Waiting.Task first = timers.next();
        assertThat(first.delayNanos()).isZero();
        timers.tasks.add(first);
        for (int i = 1; i <= 3; i++) {
            assertThat(turn().delayNanos()).isEqualTo(Duration.ofSeconds(60).toNanos());
            Taken taken = collector.next();
            assertThat(taken.method()).isEqualTo("POST");
            assertThat(taken.path()).isEqualTo("/v1/metrics");
            assertThat(taken.headers().getFirst("Content-Type")).isEqualTo("application/x-protobuf");
            assertThat(taken.headers().getFirst("User-Agent")).isEqualTo("firehole/1.2.3");
            assertThat(WrittenSeries.of(taken.metrics()).values()).isEqualTo(Map.of("figure", (double) i));
        }
        assertThat(counts.all())
                .isEqualTo(
                        Map.of("sent", 3L, "partial", 0L, "refused", 0L, "late", 0L, "unreachable", 0L, "failed", 0L));
        assertThat(logged).isEmpty();
    }

    @Test
    void aCollectorThatIsAwayIsToldOfOnceAndAgainWhenItIsBack() throws Exception {
        FakeCollector gone = collector();
        int port = gone.url().getPort();
        gone.close();
        export(gone.config());
        for (int i = 0; i < 3; i++) {
            assertThat(turn().delayNanos())
                    .as("nothing is tried again")
                    .isEqualTo(Duration.ofSeconds(60).toNanos());
        }
        assertThat(counts.all()).containsEntry("unreachable", 3L);
        assertThat(told())
                .singleElement()
                .asString()
                .isEqualTo(
                        "WARN Metrics do not get to http://127.0.0.1:" + port
                                + "/v1/metrics: it cannot be reached: ConnectException; this is not told again until they do null");
        FakeCollector back = new FakeCollector(port);
        open.add(back);
        turn();
        back.next();
        turn();
        assertThat(counts.all()).containsEntry("sent", 2L);
        assertThat(told())
                .hasSize(2)
                .last()
                .asString()
                .contains("INFO Metrics get to", "again; exports that failed before: 3");
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 400, 401, 429, 500, 503})
    void aCollectorThatRefusesIsAskedNoSoonerThanAnyOther(int status) throws Exception {
        FakeCollector collector = collector();
        FakeCollector elsewhere = collector();
        collector.answering =
                FakeCollector.status(status, Map.of("Location", elsewhere.url().toString()));
        export(collector.config());
        assertThat(turn().delayNanos()).isEqualTo(Duration.ofSeconds(60).toNanos());
        assertThat(turn().delayNanos()).isEqualTo(Duration.ofSeconds(60).toNanos());
        assertThat(counts.all()).containsEntry("refused", 2L).containsEntry("sent", 0L);
        assertThat(collector.waiting()).as("requests").isEqualTo(2);
        assertThat(elsewhere.waiting()).as("redirects are not followed").isZero();
        assertThat(told()).singleElement().asString().contains(": HTTP " + status + ";");
    }

    @Test
    void aCollectorMayAskToBeLeftAloneForAWhile() throws Exception {
        FakeCollector collector = collector();
        collector.answering = FakeCollector.status(429, Map.of("Retry-After", "90"));
        export(collector.config());
        assertThat(turn().delayNanos()).isEqualTo(Duration.ofSeconds(90).toNanos());
        collector.answering = FakeCollector.status(503, Map.of("Retry-After", "999999999"));
        assertThat(turn().delayNanos()).isEqualTo(Collector.STAY_AWAY_MAX.toNanos());
        collector.answering = FakeCollector.status(503, Map.of("Retry-After", "5"));
        assertThat(turn().delayNanos())
                .as("never sooner")
                .isEqualTo(Duration.ofSeconds(60).toNanos());
        collector.answering = FakeCollector.status(503, Map.of("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"));
        assertThat(turn().delayNanos()).isEqualTo(Duration.ofSeconds(60).toNanos());
    }

    @Test
    void whatACollectorDidNotTakeIsCounted() throws Exception {
        FakeCollector collector = collector();
        collector.answering = FakeCollector.status(
                200,
                ExportMetricsServiceResponse.newBuilder()
                        .setPartialSuccess(ExportMetricsPartialSuccess.newBuilder()
                                .setRejectedDataPoints(7)
                                .setErrorMessage("too old"))
                        .build()
                        .toByteArray());
        export(collector.config());
        turn();
        assertThat(counts.all()).containsEntry("partial", 1L).containsEntry("sent", 0L);
        assertThat(told()).singleElement().asString().contains("it did not take 7 of the points");
        collector.answering = FakeCollector.status(200, "{}".getBytes(StandardCharsets.UTF_8));
        turn();
        assertThat(counts.all()).as("words in another form").containsEntry("sent", 1L);
    }

    @Test
    void aCollectorThatDoesNotAnswerIsGivenUpInTime() throws Exception {
        FakeCollector collector = collector();
        collector.answering = exchange -> new CountDownLatch(1).await();
        export(within(collector.config(), SOON));
        turn();
        turn();
        assertThat(counts.all()).containsEntry("late", 2L);
        assertThat(told()).singleElement().asString().contains(": no answer within 200 ms;");
    }

    @Test
    void anAnswerThatDoesNotEndIsGivenUpInTime() throws Exception {
        FakeCollector collector = collector();
        collector.answering = exchange -> {
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().write(new byte[10]);
            exchange.getResponseBody().flush();
            new CountDownLatch(1).await();
        };
        export(within(collector.config(), SOON));
        turn();
        assertThat(counts.all()).containsEntry("late", 1L);
    }

    @Test
    void ofAHugeAnswerOnlyTheBeginningIsRead() throws Exception {
        FakeCollector collector = collector();
        CompletableFuture<Long> written = new CompletableFuture<>();
        collector.answering = exchange -> {
            exchange.sendResponseHeaders(200, 0);
            long bytes = 0;
            try {
                for (; bytes < 1L << 34; bytes += 1 << 16) {
                    exchange.getResponseBody().write(new byte[1 << 16]);
                }
            } catch (IOException cutOff) {
                // as it should be
            }
            written.complete(bytes);
        };
        export(collector.config());
        turn();
        assertThat(counts.all()).as("its status says that it took them").containsEntry("sent", 1L);
        assertThat(written.get(10, TimeUnit.SECONDS))
                .as("what fits between the two")
                .isLessThan(64L << 20);
    }

    @Test
    void figuresThatCannotBeReadEndNothing() throws Exception {
        FakeCollector collector = collector();
        AtomicLong turns = new AtomicLong();
        export(collector.config(), () -> {
            if (turns.incrementAndGet() == 1) {
                throw new IllegalStateException("broken");
            }
            return figures(2);
        });
        turn();
        assertThat(counts.all()).containsEntry("failed", 1L);
        turn();
        assertThat(counts.all()).containsEntry("sent", 1L);
        collector.next();
    }

    @Test
    void headersAreSentAndStandNowhereElse() throws Exception {
        FakeCollector collector = collector();
        OtlpHeaders headers = OtlpHeaders.of("Authorization: Bearer t0p-s3cret\nx-key: k3y-s3cret\n");
        OtlpConfig usual = collector.config();
        OtlpConfig config = new OtlpConfig(usual.url(), headers, usual.every(), usual.timeout(), usual.source());
        collector.answering = exchange -> {
            String echo = exchange.getRequestHeaders().values().toString();
            exchange.getResponseHeaders().set("Retry-After", "k3y-s3cret");
            FakeCollector.status(503, echo.getBytes(StandardCharsets.UTF_8)).answer(exchange);
        };
        MetricsExport export = export(config);
        turn();
        collector.answering = exchange -> exchange.getHttpContext().getServer().stop(0);
        turn();
        export.close();
        Taken taken = collector.next();
        assertThat(taken.headers().getFirst("Authorization")).isEqualTo("Bearer t0p-s3cret");
        assertThat(taken.headers().getFirst("X-Key")).isEqualTo("k3y-s3cret");
        assertThat(told()).isNotEmpty();
        assertThat(List.of(logged, config, counts.all(), taken.metrics()).toString())
                .doesNotContain("s3cret");
    }

    @Test
    void theEndIsToldToTheCollectorOnce() throws Exception {
        FakeCollector collector = collector();
        MetricsExport export = export(collector.config());
        turn();
        collector.next();
        Waiting.Task next = timers.tasks.element();
        export.close();
        export.close();
        collector.next();
        assertThat(timers.tasks).isEmpty();
        next.task().run();
        assertThat(collector.waiting()).as("nothing comes after the last").isZero();
        assertThat(counts.all()).containsEntry("sent", 2L);
    }

    @Test
    void aCollectorThatDoesNotAnswerHoldsTheEndUpNoLongerThanItMay() throws Exception {
        FakeCollector collector = collector();
        collector.answering = exchange -> new CountDownLatch(1).await();
        MetricsExport export = export(collector.config());
        timers.next().task().run();
        collector.next(); // and no answer
        long begin = System.nanoTime();
        export.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isBetween(
                        MetricsExport.LAST_WITHIN.minusMillis(50),
                        collector.config().timeout());
        collector.next();
        assertThat(timers.tasks).as("no further export").isEmpty();
        assertThat(counts.all()).as("the one under way was given up").containsEntry("late", 1L);
    }
}
