package io.firehole.console;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which resource stands behind which path. Immutable. */
final class Routes {

    private final Map<List<String>, Resource> resources = new LinkedHashMap<>();

    /** @param resources by their path, whose variable parts stand in braces, as in {@code /monitors/{id}} */
    Routes(Map<String, Resource> resources) {
        resources.forEach((path, resource) -> this.resources.put(List.of(path.split("/", -1)), resource));
    }

    /** A resource and the variable parts of the path under which it was found. */
    record Found(Resource resource, Map<String, String> parts) {}

    /** What stands behind a path as it was sent; empty if nothing does. */
    Optional<Found> find(String path) {
        String[] segments = path.split("/", -1);
        for (Map.Entry<List<String>, Resource> entry : resources.entrySet()) {
            Map<String, String> parts = match(entry.getKey(), segments);
            if (parts != null) {
                return Optional.of(new Found(entry.getValue(), parts));
            }
        }
        return Optional.empty();
    }

    private static @Nullable Map<String, String> match(List<String> pattern, String[] segments) {
        if (pattern.size() != segments.length) {
            return null;
        }
        Map<String, String> parts = new HashMap<>();
        for (int i = 0; i < segments.length; i++) {
            String expected = pattern.get(i);
            String segment = decoded(segments[i]);
            if (expected.startsWith("{")) {
                if (segment.isEmpty()) {
                    return null;
                }
                parts.put(expected.substring(1, expected.length() - 1), segment);
            } else if (!expected.equals(segment)) {
                return null;
            }
        }
        return parts;
    }

    private static String decoded(String segment) {
        try {
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException noEncoding) {
            return segment;
        }
    }

    /** Every path there is, for people. */
    String shown() {
        return String.join(", ", paths());
    }

    private Set<String> paths() {
        Set<String> paths = new LinkedHashSet<>();
        resources.keySet().forEach(segments -> paths.add(String.join("/", segments)));
        return paths;
    }
}
