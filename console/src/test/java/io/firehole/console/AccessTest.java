package io.firehole.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.firehole.console.OpenConsole.Answer;
import io.firehole.console.access.ConsoleTokens;
import io.firehole.console.access.Role;
import io.firehole.console.http.Route;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Who may do what, on every path there is. */
@Timeout(60)
class AccessTest {

    private static final Map<Role, String> TOKENS = Map.of(
            Role.VIEWER, "viewer-token-0123456789",
            Role.OPERATOR, "operator-token-0123456789",
            Role.ADMIN, "admin-token-0123456789");

    /** What may be given orders, and by whom at the least. A path that is missing here takes none. */
    private static final Map<String, Role> ORDERS = Map.of(
            "/api/grpc-pool/connections/{id}/reconnect", Role.OPERATOR,
            "/api/grpc-pool/filters/test", Role.VIEWER,
            "/api/grpc-pool/drain", Role.ADMIN,
            "/login", Role.NONE,
            "/logout", Role.NONE);

    /** What everybody may ask who can connect. */
    private static final List<String> OPEN = List.of(
            "/healthz",
            "/",
            "/dashboard/lit/{file}",
            "/dashboard/lit/directives/{file}",
            "/dashboard/uplot/{file}",
            "/dashboard/{file}",
            "/dashboard/{folder}/{file}",
            "/api/session",
            "/api/openapi.json",
            "/login",
            "/logout");

    private final HttpClient http = HttpClient.newHttpClient();

    @SuppressWarnings("NullAway.Init")
    private OpenConsole console;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("tokens"), """
                # who may look
                viewer-token-0123456789   viewer   vera
                operator-token-0123456789 operator

                admin-token-0123456789    admin    ada
                """);
        ConsoleTokens tokens = ConsoleTokens.read(file);
        console = new OpenConsole(stats -> stats, rules -> rules.withTokens(tokens), surroundings -> surroundings);
    }

    @AfterEach
    void stop() {
        http.shutdownNow();
        console.close();
    }

    private Answer as(Role role, String method, String path, String... more) throws IOException {
        List<String> headers = new ArrayList<>(List.of(more));
        headers.add("Host: localhost");
        headers.add("X-Firehole-Order: 1");
        headers.add("Content-Length: 0");
        if (role != Role.NONE) {
            headers.add("Authorization: Bearer " + TOKENS.get(role));
        }
        return console.ask(method, path, headers.toArray(String[]::new));
    }

    @TestFactory
    List<DynamicTest> everyPathLetsInWhoMayAndNobodyElse() {
        List<DynamicTest> all = new ArrayList<>();
        List<String> paths = new ArrayList<>();
        for (Route route : console.console.routes().all()) {
            paths.add(route.path());
            String path = route.path().replace("{id}", "1").replaceAll("\\{\\w+}", "app.js");
            for (Role role : Role.values()) {
                all.add(DynamicTest.dynamicTest(
                        "GET " + route.path() + " as " + role, () -> assertGet(route.path(), path, role)));
                all.add(DynamicTest.dynamicTest(
                        "POST " + route.path() + " as " + role, () -> assertPost(route.path(), path, role)));
            }
        }
        assertThat(paths).containsAll(ORDERS.keySet()).containsAll(OPEN);
        assertThat(all).hasSizeGreaterThan(200);
        return all;
    }

    private void assertGet(String route, String path, Role role) throws IOException {
        int status = as(role, "GET", path).status();
        if (OPEN.contains(route) || role.covers(Role.VIEWER)) {
            assertThat(status).isNotIn(401, 403, 405);
        } else {
            assertThat(status).isEqualTo(401);
        }
    }

    private void assertPost(String route, String path, Role role) throws IOException {
        int drains = console.program.drains.size();
        int status = as(role, "POST", path).status();
        Role needed = ORDERS.get(route);
        if (needed == null) {
            assertThat(status).isEqualTo(OPEN.contains(route) || role.covers(Role.VIEWER) ? 405 : 401);
        } else if (route.equals("/login")) {
            assertThat(status).isEqualTo(role == Role.NONE ? 401 : 200);
        } else if (role.covers(needed)) {
            assertThat(status).isNotIn(401, 403, 405);
        } else {
            assertThat(status).isEqualTo(role == Role.NONE ? 401 : 403);
        }
        assertThat(console.program.drains)
                .hasSize(drains + (route.equals("/api/grpc-pool/drain") && role == Role.ADMIN ? 1 : 0));
    }

    @Test
    void aLoginKeepsARoleInACookieThatNoScriptCanReadUntilTheLogout() throws IOException {
        Answer login = as(Role.OPERATOR, "POST", "/login");
        String cookie = login.head()
                .lines()
                .filter(line -> line.startsWith("set-cookie: "))
                .findFirst()
                .orElseThrow()
                .substring("set-cookie: ".length());
        assertThat(cookie).contains("; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age=43200");
        String mine = "Cookie: " + cookie.substring(0, cookie.indexOf(';'));
        JsonNode session = as(Role.NONE, "GET", "/api/session", mine).json().get("data");
        assertThat(session.get("role").asText()).isEqualTo("operator");
        assertThat(as(Role.NONE, "GET", "/metrics", mine).status()).isEqualTo(200);
        assertThat(as(Role.NONE, "POST", "/api/grpc-pool/drain", mine).status()).isEqualTo(403);

        console.now = OpenConsole.NOW.plusSeconds(43_199);
        assertThat(as(Role.NONE, "GET", "/metrics", mine).status()).isEqualTo(200);
        as(Role.NONE, "POST", "/logout", mine);
        assertThat(as(Role.NONE, "GET", "/metrics", mine).status()).isEqualTo(401);
    }

    @Test
    void aSessionEndsByItselfAfterTwelveHours() throws IOException {
        String head = as(Role.VIEWER, "POST", "/login").head();
        String mine = "Cookie: " + head.replaceAll("(?s).*set-cookie: ([^;]+);.*", "$1");
        assertThat(as(Role.NONE, "GET", "/metrics", mine).status()).isEqualTo(200);
        console.now = OpenConsole.NOW.plusSeconds(43_200);
        assertThat(as(Role.NONE, "GET", "/metrics", mine).status()).isEqualTo(401);
    }

    @Test
    void wrongTokensAreSlowedAndRightOnesWithThem() throws IOException {
        for (int i = 0; i < 3; i++) {
            assertThat(guess(i).status()).isEqualTo(401);
        }
        Answer slowed = guess(3);
        assertThat(slowed.status()).isEqualTo(429);
        assertThat(slowed.head()).containsIgnoringCase("retry-after: 1\r\n");
        assertThat(as(Role.ADMIN, "GET", "/metrics").status())
                .as("the answer must tell nothing")
                .isEqualTo(429);
        int refused = 0;
        for (int second = 0; second < 60; second++) {
            console.now = OpenConsole.NOW.plusSeconds(second);
            refused += guess(100 + second).status() == 401 ? 1 : 0;
        }
        assertThat(refused).as("tokens looked at within a minute").isLessThanOrEqualTo(6);
        console.now = OpenConsole.NOW.plusSeconds(200);
        assertThat(as(Role.VIEWER, "GET", "/metrics").status()).isEqualTo(200);
        assertThat(as(Role.NONE, "GET", "/healthz").status()).isEqualTo(200);
        assertThat(as(Role.VIEWER, "GET", "/api/grpc-pool/events?kind=access").text())
                .contains("3 wrong tokens in a row from 127.0.0.1")
                .doesNotContain("Bearer", "viewer-token");
    }

    private Answer guess(int number) throws IOException {
        return as(Role.NONE, "GET", "/metrics", "Authorization: Bearer wrong-" + number);
    }

    @Test
    void aClientWithAnOldTokenShutsNobodyOut() throws IOException {
        for (int i = 0; i < 100; i++) {
            assertThat(guess(7).status()).isEqualTo(401);
        }
        assertThat(as(Role.VIEWER, "GET", "/metrics").status()).isEqualTo(200);
    }

    @Test
    void whoHasBeenLetInIsLetInAgainWhileSomebodyGuessesAtTheSameAddress() throws IOException {
        assertThat(as(Role.VIEWER, "GET", "/metrics").status()).isEqualTo(200);
        for (int i = 0; i < 4; i++) {
            guess(i);
        }
        assertThat(guess(4).status()).isEqualTo(429);
        assertThat(as(Role.ADMIN, "GET", "/metrics").status())
                .as("who has never been here must not be told apart from a guess")
                .isEqualTo(429);
        assertThat(as(Role.VIEWER, "GET", "/metrics").status()).isEqualTo(200);
        assertThat(as(Role.ADMIN, "GET", "/metrics").status())
                .as("a right one has all forgiven")
                .isEqualTo(200);
    }

    @Test
    void aSessionBegetsNoOtherOne() throws IOException {
        String head = as(Role.VIEWER, "POST", "/login").head();
        String mine = "Cookie: " + head.replaceAll("(?s).*set-cookie: ([^;]+);.*", "$1");
        assertThat(as(Role.NONE, "GET", "/metrics", mine).status()).isEqualTo(200);
        Answer again = as(Role.NONE, "POST", "/login", mine);
        assertThat(again.status()).isEqualTo(401);
        assertThat(again.head()).doesNotContainIgnoringCase("set-cookie");
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void theWebSocketLetsInWhoMayAndNobodyElse(Role role) {
        WebSocket.Builder builder = http.newWebSocketBuilder();
        if (role != Role.NONE) {
            builder.header("Authorization", "Bearer " + TOKENS.get(role));
        }
        CompletableFuture<WebSocket> open = builder.buildAsync(
                URI.create("ws://127.0.0.1:" + console.console.address().getPort() + "/ws"),
                new WebSocket.Listener() {});
        if (role.covers(Role.VIEWER)) {
            open.join().abort();
        } else {
            assertThatThrownBy(open::join)
                    .cause()
                    .isInstanceOfSatisfying(
                            WebSocketHandshakeException.class,
                            refused -> assertThat(refused.getResponse().statusCode())
                                    .isEqualTo(401));
        }
    }

    @Test
    void everyOrderIsToldWithWhoGaveIt() throws IOException {
        as(Role.ADMIN, "POST", "/api/grpc-pool/drain?now=true");
        assertThat(as(Role.VIEWER, "GET", "/api/grpc-pool/events?kind=order")
                        .json()
                        .at("/data/events/0/text")
                        .asText())
                .isEqualTo("ada had the program end at once, with 12 streams open");
    }

    @Test
    void nobodyNeedLogInWithoutTokens() throws IOException {
        try (OpenConsole free = new OpenConsole()) {
            assertThat(free.order("/login", "").status()).isEqualTo(409);
            assertThat(free.get("/api/session").json().get("data").toString())
                    .isEqualTo("{\"name\":\"somebody on this machine\",\"role\":\"admin\",\"tokens\":false,"
                            + "\"loginNeeded\":false}");
        }
    }

    @Test
    void doesNotListenBeyondLoopbackWithoutTokens() {
        assertThatThrownBy(() -> Console.start(
                        ConsoleConfig.DEFAULT.withListen(new InetSocketAddress("0.0.0.0", 0)),
                        console.pool,
                        Surroundings.NONE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not loopback, without console.tokens-file");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            short viewer                       | line 1: the token must have at least 16 characters, has 5
            0123456789abcdef                   | line 1: must be 'token role [name]', has 1 words
            0123456789abcdef root              | line 1: role must be viewer, operator or admin
            0123456789abcdef none              | line 1: role must be viewer, operator or admin
            0123456789abcdef viewer a<b        | line 1: name must have 1 to 64 letters
            0123456789abcdef viewer\\n0123456789abcdef admin | line 2: the token stands in line 1 already; each caller needs one of their own
            # nobody                           | has no token, so nobody could ask anything
            """)
    void namesTheLineOfTheTokensFileThatIsWrong(String content, String message, @TempDir Path folder)
            throws IOException {
        Path file = Files.writeString(folder.resolve("tokens"), content.translateEscapes());
        assertThatThrownBy(() -> ConsoleTokens.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain("0123456789abcdef");
    }
}
