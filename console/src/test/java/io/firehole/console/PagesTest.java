package io.firehole.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.firehole.console.OpenConsole.Answer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The pages of the dashboard, as they are served. */
class PagesTest extends WithConsoles {

    @Test
    void pagesComeFromTheJarAndMayLoadNothingElse() throws IOException {
        OpenConsole console = opened(new OpenConsole());
        Answer page = console.get("/");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.head())
                .containsIgnoringCase("content-type: text/html")
                .containsIgnoringCase("x-content-type-options: nosniff")
                .contains("default-src 'none'; script-src 'self'; style-src 'self'")
                .doesNotContain("unsafe");
        assertThat(page.text()).contains("<title>Firehole</title>").doesNotContain("://", "onclick", "<style");
        String tag = page.head()
                .lines()
                .filter(line -> line.startsWith("etag: "))
                .findFirst()
                .orElseThrow()
                .substring(6);
        assertThat(console.ask("GET", "/", "Host: localhost", "If-None-Match: " + tag)
                        .status())
                .isEqualTo(304);
        assertThat(console.get("/dashboard/app.js").head()).containsIgnoringCase("content-type: text/javascript");
        for (String path : List.of(
                "/dashboard/..%2fConsole.class",
                "/dashboard/nothing.js", "/dashboard/..", "/dashboard/%2e%2e/Console.class", "/dashboard/x/app.js")) {
            assertThat(console.get(path).status()).as(path).isIn(400, 404);
        }
    }
}
