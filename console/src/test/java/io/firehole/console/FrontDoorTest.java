package io.firehole.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.console.OpenConsole.Answer;
import io.firehole.console.http.FrontDoor;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every request passes, whatever it asks for. */
class FrontDoorTest extends WithConsoles {

    private static final String SLOW_ORDER = """
            POST /api/grpc-pool/filters/test HTTP/1.1
            Host: localhost
            X-Firehole-Order: 1
            Expect: 100-continue
            Content-Length: 100

            """;

    private OpenConsole console = opened(new OpenConsole());

    FrontDoorTest() throws IOException {}

    @Test
    void takesAnOrderWithItsHeader() throws Exception {
        Answer answer = order("/api/grpc-pool/drain", "X-Firehole-Order: 1");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().get("data").get("draining").asBoolean()).isTrue();
        assertThat(order("/api/grpc-pool/drain?now=true", "X-Firehole-Order: 1").status())
                .isEqualTo(200);
        assertThat(console.program.drains).containsExactly(false, true);
    }

    @Test
    void takesNoOrderThatAFormCouldSendOrAForeignPage() throws Exception {
        assertThat(order("/api/grpc-pool/drain").status()).isEqualTo(403);
        assertThat(order("/api/grpc-pool/drain").detail()).contains("x-firehole-order");
        assertThat(order("/api/grpc-pool/drain", "X-Firehole-Order: 1", "Origin: https://evil.example")
                        .status())
                .isEqualTo(403);
        assertThat(order("/api/grpc-pool/drain?when=now", "X-Firehole-Order: 1").status())
                .isEqualTo(400);
        Answer elsewhere = order("/api/grpc-pool/monitors", "X-Firehole-Order: 1");
        assertThat(elsewhere.status()).isEqualTo(405);
        assertThat(elsewhere.head()).containsIgnoringCase("allow: GET, HEAD\r\n");
        assertThat(console.program.drains).isEmpty();
    }

    private Answer order(String path, String... headers) throws Exception {
        List<String> all = new ArrayList<>(
                List.of("Host: localhost:" + console.console.address().getPort(), "Content-Length: 0"));
        all.addAll(List.of(headers));
        return console.ask("POST", path, all.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /api/grpc-pool/monitors?limit=0      | limit must be a whole number from 1 to 10000, was "0"
            /api/grpc-pool/monitors?limit=ten    | limit must be a whole number from 1 to 10000, was "ten"
            /api/grpc-pool/monitors?limt=1       | unknown parameter "limt"; did you mean limit?
            /api/grpc-pool/monitors?x=1          | unknown parameter "x"; there are limit, offset
            /api/grpc-pool/events?limit=1&limit=2 | parameter limit is there twice
            /api/grpc-pool/gaps?limit=10001 | limit must be a whole number from 1 to 10000, was "10001"
            /api/grpc-pool/monitors/a?whole=1    | whole must be true or false, was "1"
            /api/grpc-pool/monitors/a/explain    | signature is missing: that of a transaction, in base58
            /api/grpc-pool/monitors/a/explain?signature=0OIl | signature must be 64 bytes in base58, was "0OIl"
            /healthz?a=b                         | unknown parameter "a"; there are none here
            """)
    void saysWhatIsAllowedWhenAQuestionIsWrong(String path, String detail) throws IOException {
        Answer answer = console.get(path);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.head()).containsIgnoringCase("content-type: application/problem+json");
        assertThat(answer.detail()).isEqualTo(detail);
    }

    @Test
    void saysWhichPathsThereAre() throws IOException {
        Answer answer = console.get("/api/grpc-pool/monitor");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.detail()).contains("/healthz, /metrics, /api/grpc-pool/stats");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
    void takesNothingButQuestions(String method) throws IOException {
        Answer answer = console.ask(method, "/healthz", "Host: localhost", "Content-Length: 0");
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.head()).containsIgnoringCase("allow: GET, HEAD");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/ws",
                "/metrics",
                "/login",
                "/dashboard/app.js",
                "/healthz",
                "/api/grpc-pool/monitors",
                "/api/grpc-pool/monitors/some",
                "/api/grpc-pool/monitors/some/explain",
                "/api/grpc-pool/events",
                "/api/grpc-pool/gaps",
                "/api/grpc-pool/no-such-path",
                "/favicon.ico"
            })
    void refusesForeignHostsAndOriginsOnEveryPath(String path) throws IOException {
        for (String method : List.of("GET", "HEAD", "POST")) {
            assertThat(console.ask(method, path, "Host: evil.example", "Content-Length: 0")
                            .status())
                    .isEqualTo(403);
            assertThat(console.ask(method, path, "Host: localhost", "Origin: https://evil.example", "Content-Length: 0")
                            .status())
                    .isEqualTo(403);
            assertThat(console.ask(method, path, "Host: localhost", "Origin: null", "Content-Length: 0")
                            .status())
                    .isEqualTo(403);
        }
    }

    @Test
    void servesPagesOfItsOwnAndWhoeverSaysNoOrigin() throws IOException {
        assertThat(console.ask("GET", "/healthz", "Host: 127.0.0.1:3001", "Origin: http://localhost:3001")
                        .status())
                .isEqualTo(200);
        assertThat(console.ask("GET", "/healthz", "Host: [::1]:3001").status()).isEqualTo(200);
    }

    @Test
    void packsALongAnswerForWhoTakesItSo() throws IOException {
        Answer plain = console.get("/api/openapi.json");
        assertThat(plain.head())
                .containsIgnoringCase("vary: accept-encoding\r\n")
                .doesNotContainIgnoringCase("content-encoding");
        Answer packed =
                console.ask("GET", "/api/openapi.json", "Host: localhost", "Accept-Encoding: gzip, deflate, br");
        assertThat(packed.head()).containsIgnoringCase("content-encoding: gzip\r\n");
        assertThat(packed.text()).isEqualTo(plain.text());
        assertThat(console.ask("GET", "/metrics", "Host: localhost", "Accept-Encoding: gzip")
                        .text())
                .contains("firehole_");
        assertThat(console.ask("GET", "/healthz", "Host: localhost", "Accept-Encoding: gzip")
                        .head())
                .as("a short one")
                .doesNotContainIgnoringCase("content-encoding");
        Answer page = console.ask("GET", "/dashboard/app.js", "Host: localhost", "Accept-Encoding: gzip");
        assertThat(page.head()).as("packed once, not twice").containsOnlyOnce("content-encoding: gzip\r\n");
        assertThat(page.text()).contains("import {html");
    }

    @Test
    void refusesARequestWithoutAHost() throws IOException {
        assertThat(console.ask("GET", "/healthz", "Accept: */*").status()).isIn(400, 403);
    }

    @Test
    void answersNoMoreQuestionsAtOnceThanItHasRoomFor() throws Exception {
        CountDownLatch asked = new CountDownLatch(FrontDoor.REQUESTS_MAX);
        CountDownLatch go = new CountDownLatch(1);
        AtomicBoolean holds = new AtomicBoolean();
        console = opened(new OpenConsole(stats -> {
            if (!holds.get()) {
                return stats;
            }
            asked.countDown();
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return stats;
        }));
        holds.set(true);
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < FrontDoor.REQUESTS_MAX; i++) {
            CompletableFuture<Answer> answer = new CompletableFuture<>();
            answers.add(answer);
            Thread.ofVirtual().start(() -> {
                try {
                    answer.complete(console.get("/healthz"));
                } catch (IOException e) {
                    answer.completeExceptionally(e);
                }
            });
        }
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(console.get("/healthz").status()).isEqualTo(503);
        go.countDown();
        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer.get().status()).isEqualTo(200));
    }

    @Test
    void whoSaysSlowlyWhatTheyWantTakesNoRoomFromOthers() throws IOException {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < FrontDoor.REQUESTS_MAX; i++) {
                Socket socket = new Socket(
                        console.console.address().getAddress(),
                        console.console.address().getPort());
                slow.add(socket);
                socket.getOutputStream().write(SLOW_ORDER.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
                // The console says so as soon as it has begun with the request.
                assertThat(socket.getInputStream().readNBytes(12)).asString().isEqualTo("HTTP/1.1 100");
            }
            assertThat(console.get("/healthz").status()).isEqualTo(200);
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }
}
