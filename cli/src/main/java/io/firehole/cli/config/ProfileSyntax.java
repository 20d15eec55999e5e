package io.firehole.cli.config;

import io.firehole.filters.NearestName;
import io.firehole.filters.profile.Profiles;
import io.firehole.filters.profile.ProviderProfile;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/**
 * How a provider's profile and the figures that overrule it are written: a name, and {@code accounts.max=7; connects=10/1s,
 * 300/10m}. In a file the latter is a mapping.
 */
final class ProfileSyntax {

    /** What all profiles are based on; the one that limits nothing but what the reference server does. */
    static final String OPEN = "open";

    private ProfileSyntax() {}

    /** The name of a profile there is. */
    static Syntax<String> name() {
        return new Syntax<>(
                text -> {
                    String name = text.strip();
                    if (!Profiles.NAMES.contains(name)) {
                        throw new IllegalArgumentException("there is no such profile; "
                                + NearestName.to(name, Profiles.NAMES)
                                        .map(nearest -> "did you mean \"" + nearest + "\"?")
                                        .orElse("there are: " + String.join(", ", Profiles.NAMES)));
                    }
                    return name;
                },
                name -> name);
    }

    /** Figures by their key in a profile. */
    static Syntax<SequencedMap<String, String>> limits() {
        return new Syntax<>(ProfileSyntax::parse, ProfileSyntax::text);
    }

    /** As it is written in a variable. */
    static String text(Map<String, String> limits) {
        return limits.entrySet().stream()
                .map(limit -> limit.getKey() + "=" + limit.getValue())
                .collect(Collectors.joining("; "));
    }

    /** Says that there is no such key, and which may be meant. */
    static String unknown(String key) {
        return "unknown key \"" + key + "\" in upstream.limits; "
                + NearestName.to(key, ProviderProfile.KEYS)
                        .map(nearest -> "did you mean \"" + nearest + "\"?")
                        .orElse("there are: " + String.join(", ", ProviderProfile.KEYS));
    }

    private static SequencedMap<String, String> parse(String text) {
        SequencedMap<String, String> limits = new LinkedHashMap<>();
        for (String limit : Arrays.stream(text.split(";", -1))
                .map(String::strip)
                .filter(written -> !written.isEmpty())
                .toList()) {
            int equals = limit.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException(
                        "a limit is KEY=VALUE, as in accounts.max=7; several stand with a semicolon between them");
            }
            String key = limit.substring(0, equals).strip();
            if (!ProviderProfile.KEYS.contains(key)) {
                throw new IllegalArgumentException(unknown(key));
            }
            if (limits.put(key, limit.substring(equals + 1).strip()) != null) {
                throw new IllegalArgumentException(key + " is there twice");
            }
        }
        Profiles.named(OPEN).with(limits); // which looks at each value
        return Collections.unmodifiableSequencedMap(limits);
    }
}
