package io.firehole.filters.profile;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What people read of the profiles is what the program has. */
class ProvidersPageTest {

    private static final Path ROOT = Path.of(System.getProperty("firehole.root"));
    private static final String HEADING = "## Profiles\n\n";

    @Test
    void thePageHasEveryFigureOfEveryProfile() throws IOException {
        String page = page();
        String listed = page.substring(page.indexOf(HEADING) + HEADING.length());
        StringBuilder expected = new StringBuilder();
        for (String name : Profiles.NAMES) {
            expected.append(String.join("\n", section(name))).append("\n\n");
        }
        assertThat(listed.strip()).isEqualTo(expected.toString().strip());
    }

    @Test
    void thePageExplainsEveryKeyAndNoOther() throws IOException {
        String page = page();
        String keys = page.substring(page.indexOf("## Keys"), page.indexOf(HEADING));
        List<String> explained = new ArrayList<>();
        for (String line : keys.lines().filter(row -> row.startsWith("| `")).toList()) {
            for (String key : line.substring(1, line.indexOf('|', 1)).split(",", -1)) {
                explained.add(key.strip().replace("`", ""));
            }
        }
        assertThat(explained).containsExactlyInAnyOrderElementsOf(ProviderProfile.KEYS);
    }

    private static String page() throws IOException {
        return Files.readString(ROOT.resolve("docs/providers.md"));
    }

    private static List<String> section(String name) throws IOException {
        JsonObject file = new Gson()
                .fromJson(
                        Files.readString(ROOT.resolve("filters/src/main/resources/io/firehole/filters/profile")
                                .resolve(name + ".json")),
                        JsonObject.class);
        String base = file.has("base") ? ". As `" + file.get("base").getAsString() + "`" : "";
        List<String> lines = new ArrayList<>(List.of("### `" + name + "`", ""));
        String title = file.get("title").getAsString();
        if (file.getAsJsonArray("figures").isEmpty()) {
            lines.add(title + base + ": nothing is known that limits it further.");
            return lines;
        }
        lines.add(title + (base.isEmpty() ? "." : base + ", and:"));
        lines.addAll(List.of("", "| key | value | source | date |", "|---|---|---|---|"));
        for (JsonElement element : file.getAsJsonArray("figures")) {
            JsonObject figure = element.getAsJsonObject();
            lines.add("| `" + text(figure, "key") + "` | `" + text(figure, "value") + "` | " + text(figure, "source")
                    + " | " + text(figure, "date") + " |");
        }
        return lines;
    }

    private static String text(JsonObject figure, String member) {
        return figure.get(member).getAsString();
    }
}
