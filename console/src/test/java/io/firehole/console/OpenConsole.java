package io.firehole.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.firehole.console.api.Drainable;
import io.firehole.console.live.PoolView;
import io.firehole.filters.InvalidFilterException;
import io.firehole.pool.ClosedConnection;
import io.firehole.pool.Gap;
import io.firehole.pool.Monitor;
import io.firehole.pool.MonitorExplanation;
import io.firehole.pool.MonitorSubscription;
import io.firehole.pool.Pool;
import io.firehole.pool.PoolConfig;
import io.firehole.pool.PoolRuntime;
import io.firehole.pool.PoolStats;
import io.firehole.pool.RecentTransaction;
import io.firehole.pool.TransactionExplanation;
import io.firehole.pool.budget.PermitWish;
import io.firehole.pool.metrics.MetricsSecond;
import io.firehole.pool.time.Timers;
import io.firehole.pool.transport.Connection;
import io.firehole.pool.transport.ConnectionListener;
import io.firehole.pool.transport.StreamListener;
import io.firehole.pool.transport.Transport;
import io.firehole.pool.transport.UpstreamStream;
import io.firehole.wire.proto.SubscribeRequest;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** A console on a free port of loopback before a pool whose provider never answers. */
final class OpenConsole implements AutoCloseable {

    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");

    /** Connections that ended, before those that really did; a test may add some. */
    final List<ClosedConnection> closed = new CopyOnWriteArrayList<>();

    /** What is said of every transaction; a test may say something. */
    volatile Optional<TransactionExplanation> explanation = Optional.empty();

    /** The time of day; a test may set it. */
    volatile Instant now = NOW;

    static final Instant NOW = Instant.parse("2026-02-03T04:05:06Z");

    final ManualTimers timers = new ManualTimers();
    final Pool pool = Pool.start(PoolConfig.DEFAULT, new Nowhere(), PoolRuntime.system());
    final FakeProgram program = new FakeProgram();
    private final List<Consumer<? super MetricsSecond>> listeners = new CopyOnWriteArrayList<>();
    final Console console;

    OpenConsole() throws IOException {
        this(stats -> stats);
    }

    /** @param between what the console sees instead of the pool's own figures; may hold it up */
    OpenConsole(UnaryOperator<PoolStats> between) throws IOException {
        this(between, rules -> rules, surroundings -> surroundings);
    }

    /**
     * @param rules what is special about its rules
     * @param told what it tells of beside the pool, more than a program
     */
    OpenConsole(UnaryOperator<PoolStats> between, UnaryOperator<ConsoleConfig> rules, UnaryOperator<Surroundings> told)
            throws IOException {
        console = Console.start(
                rules.apply(
                        ConsoleConfig.DEFAULT.withListen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))),
                new Between(PoolView.of(pool), between),
                told.apply(Surroundings.NONE.withProgram(program)),
                () -> now,
                timers);
    }

    /** Runs what waits, when it is told to; whatever it waits for. */
    static final class ManualTimers implements Timers {

        private final BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();

        @Override
        public Timer after(long delayNanos, Runnable task) {
            waiting.add(task);
            return () -> waiting.remove(task);
        }

        /** Its time has come. */
        void tick() {
            Runnable task = waiting.remove();
            task.run();
        }

        /** The time of so many has come, which may take a moment until they wait. */
        void tick(int count) throws InterruptedException {
            List<Runnable> due = new ArrayList<>();
            while (due.size() < count) {
                Runnable next = waiting.poll(10, TimeUnit.SECONDS);
                if (next == null) {
                    throw new AssertionError("only " + due.size() + " wait for their time");
                }
                due.add(next);
            }
            due.forEach(Runnable::run);
        }

        /** How many wait. */
        int waiting() {
            return waiting.size();
        }
    }

    /** Notes what it is told. */
    static final class FakeProgram implements Drainable {

        final Queue<Boolean> drains = new ConcurrentLinkedQueue<>();

        @Override
        public void drain(boolean now) {
            drains.add(now);
        }

        @Override
        public State state() {
            return new State(!drains.isEmpty(), 12, Duration.ofMillis(29_500));
        }
    }

    private final class Between implements PoolView {

        private final PoolView pool;
        private final UnaryOperator<PoolStats> figures;

        Between(PoolView pool, UnaryOperator<PoolStats> figures) {
            this.pool = pool;
            this.figures = figures;
        }

        @Override
        public PoolStats stats() {
            return figures.apply(pool.stats());
        }

        @Override
        public List<Gap> gaps(Optional<String> monitorId, int limit) {
            return stats().gaps().reversed().stream()
                    .filter(gap -> monitorId.isEmpty() || monitorId.get().equals(gap.monitor()))
                    .limit(limit)
                    .toList();
        }

        @Override
        public List<ClosedConnection> closedConnections(int limit) {
            return Stream.concat(closed.stream(), pool.closedConnections(limit).stream())
                    .limit(limit)
                    .toList();
        }

        @Override
        public Optional<RecentTransaction> recent(ByteString signature) {
            return pool.recent(signature);
        }

        @Override
        public Pool.Reconnect reconnect(long connectionId) {
            return pool.reconnect(connectionId);
        }

        @Override
        public void note(String kind, String monitorId, String text) {
            pool.note(kind, monitorId, text);
        }

        @Override
        public AutoCloseable everySecond(Consumer<? super MetricsSecond> listener) {
            listeners.add(listener);
            return () -> listeners.remove(listener);
        }

        @Override
        public Optional<MonitorExplanation> explain(String monitorId) {
            return pool.explain(monitorId);
        }

        @Override
        public Optional<TransactionExplanation> explain(String monitorId, ByteString signature) {
            return explanation.or(() -> pool.explain(monitorId, signature));
        }
    }

    /** Tells what happened in a second, as the pool does. */
    void second(MetricsSecond second) {
        listeners.forEach(listener -> listener.accept(second));
    }

    /** An answer as it came. */
    record Answer(int status, String head, String text) {

        JsonNode json() throws IOException {
            return new ObjectMapper().readTree(text);
        }

        String detail() throws IOException {
            return json().get("detail").asText();
        }
    }

    Answer get(String path) throws IOException {
        return ask("GET", path, "Host: localhost:" + console.address().getPort());
    }

    /** Gives an order as the commands do. */
    Answer order(String path, String body, String... headers) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "Host: localhost:" + console.address().getPort(),
                "X-Firehole-Order: 1",
                "Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length));
        all.addAll(List.of(headers));
        return exchange("POST", path, body, all.toArray(String[]::new));
    }

    /** Asks with exactly these headers. */
    Answer ask(String method, String path, String... headers) throws IOException {
        return exchange(method, path, "", headers);
    }

    private Answer exchange(String method, String path, String body, String... headers) throws IOException {
        try (Socket socket =
                new Socket(console.address().getAddress(), console.address().getPort())) {
            socket.setSoTimeout(10_000);
            String request = method + " " + path + " HTTP/1.1\r\n" + String.join("\r\n", headers)
                    + "\r\nConnection: close\r\n\r\n" + body;
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            String head = head(socket.getInputStream());
            Matcher length = LENGTH.matcher(head);
            int bytes = length.find() && !method.equals("HEAD") ? Integer.parseInt(length.group(1)) : 0;
            byte[] content = socket.getInputStream().readNBytes(bytes);
            boolean packed = head.toLowerCase(Locale.ROOT).contains("content-encoding: gzip\r\n");
            return new Answer(
                    Integer.parseInt(head.substring(9, 12)),
                    head,
                    new String(packed ? unpacked(content) : content, StandardCharsets.UTF_8));
        }
    }

    private static byte[] unpacked(byte[] content) throws IOException {
        try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(content))) {
            return in.readAllBytes();
        }
    }

    private static String head(InputStream from) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = from.read();
            if (next < 0) {
                throw new EOFException("ended after: " + head);
            }
            head.append((char) next);
        }
        return head.toString();
    }

    MonitorSubscription subscribe(Monitor monitor, SubscribeRequest request) {
        try {
            return pool.subscribe(monitor, request, update -> {});
        } catch (InvalidFilterException invalid) {
            throw new AssertionError(invalid);
        }
    }

    @Override
    public void close() {
        console.close();
        pool.close();
    }

    /** Connections that are never ready. */
    private static final class Nowhere implements Transport {

        @Override
        public Connection connect(long connectionId, PermitWish wish, ConnectionListener listener) {
            return new Connection() {
                @Override
                public long id() {
                    return connectionId;
                }

                @Override
                public UpstreamStream subscribe(StreamListener updates) {
                    throw new IllegalStateException("never ready");
                }

                @Override
                public CompletableFuture<UnaryReply> unary(String method, ByteString request, Duration timeout) {
                    throw new IllegalStateException("never ready");
                }

                @Override
                public void close() {
                    // nothing is open
                }
            };
        }

        @Override
        public void close() {
            // nothing is open
        }
    }
}
