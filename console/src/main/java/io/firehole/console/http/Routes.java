package io.firehole.console.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which resource stands behind which path. The first that fits is taken. Immutable. */
public final class Routes {

    private final Map<List<String>, Route> routes = new LinkedHashMap<>();

    public Routes(List<Route> routes) {
        routes.forEach(route -> this.routes.put(List.of(route.path().split("/", -1)), route));
    }

    /** A route and the variable parts of the path under which it was found. */
    record Found(Route route, Map<String, String> parts) {}

    /** Every route there is, in the order in which they are looked at. */
    public List<Route> all() {
        return List.copyOf(routes.values());
    }

    /** What stands behind a path as it was sent; empty if nothing does. */
    Optional<Found> find(String path) {
        String[] segments = path.split("/", -1);
        for (Map.Entry<List<String>, Route> entry : routes.entrySet()) {
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
        return routes.values().stream().map(Route::path).collect(Collectors.joining(", "));
    }
}
