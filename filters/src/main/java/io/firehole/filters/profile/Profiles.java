package io.firehole.filters.profile;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** The profiles that come with Firehole. */
public final class Profiles {

    /** Their names, each with a file of its own. */
    public static final List<String> NAMES = List.of(
            "open",
            "open-sample",
            "alchemy",
            "chainstack-growth",
            "chainstack-pro",
            "chainstack-business",
            "helius",
            "hightower-5",
            "hightower-15",
            "hightower-50",
            "nolimitnodes",
            "publicnode",
            "quicknode",
            "shyft",
            "subglow-1",
            "subglow-2",
            "subglow-10",
            "supanode-focus",
            "supanode-build",
            "supanode-grow",
            "supanode-pro",
            "triton",
            "triton-dedicated",
            "vali");

    private Profiles() {}

    /**
     * The profile of that name.
     *
     * @throws IllegalArgumentException if there is none; the message says which there are
     */
    public static ProviderProfile named(String name) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException(
                    "there is no profile \"" + name + "\"; there are: " + String.join(", ", NAMES));
        }
        JsonObject file = file(name);
        SequencedMap<String, Figure> figures = new LinkedHashMap<>();
        collect(file, figures);
        return ProfileKeys.profile(name, file.get("title").getAsString(), figures);
    }

    /** First those of the profile it is based on, if there is one. */
    private static void collect(JsonObject file, SequencedMap<String, Figure> figures) {
        if (file.has("base")) {
            collect(file(file.get("base").getAsString()), figures);
        }
        for (JsonElement element : file.getAsJsonArray("figures")) {
            JsonObject figure = element.getAsJsonObject();
            String key = figure.get("key").getAsString();
            figures.put(
                    key,
                    new Figure(
                            key,
                            figure.get("value").getAsString(),
                            figure.get("source").getAsString(),
                            figure.get("date").getAsString()));
        }
    }

    private static JsonObject file(String name) {
        try (InputStream in = Profiles.class.getResourceAsStream(name + ".json")) {
            if (in == null) {
                throw new IllegalStateException("the profile " + name + " is missing from the program");
            }
            return new Gson().fromJson(new InputStreamReader(in, StandardCharsets.UTF_8), JsonObject.class);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
