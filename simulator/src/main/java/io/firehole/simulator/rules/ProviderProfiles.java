package io.firehole.simulator.rules;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The profiles that travel with the program: {@code open}, {@code standard}, and those of {@code profiles.json}, each with the source of
 * its figures. What a profile leaves out is as in {@code open}.
 */
public final class ProviderProfiles {

    private static final SortedMap<String, ProviderProfile> BY_NAME = read();

    private ProviderProfiles() {}

    /**
     * The profile of that name.
     *
     * @throws IllegalArgumentException if there is none; the message names those there are
     */
    public static ProviderProfile named(String name) {
        ProviderProfile profile = BY_NAME.get(name);
        if (profile == null) {
            throw new IllegalArgumentException(
                    "there is no provider profile \"" + name + "\"; there are " + String.join(", ", BY_NAME.keySet()));
        }
        return profile;
    }

    /** All of them, by name. */
    public static SortedMap<String, ProviderProfile> all() {
        return new TreeMap<>(BY_NAME);
    }

    private static SortedMap<String, ProviderProfile> read() {
        SortedMap<String, ProviderProfile> profiles = new TreeMap<>();
        profiles.put("open", ProviderProfile.open());
        profiles.put("standard", ProviderProfile.standard());
        try (InputStream file = ProviderProfiles.class.getResourceAsStream("profiles.json")) {
            if (file == null) {
                throw new IOException("profiles.json is missing");
            }
            Map<String, ProfileFile> written = new ObjectMapper().readValue(file, new TypeReference<>() {});
            written.forEach((name, profile) -> profiles.put(name, profile.profile(name)));
        } catch (IOException e) {
            throw new UncheckedIOException("the provider profiles cannot be read", e);
        }
        return profiles;
    }
}
