package io.firehole.console.http;

import io.firehole.console.access.Role;
import java.util.Objects;

/**
 * A path and what stands behind it.
 *
 * @param path whose variable parts stand in braces, as in {@code /monitors/{id}}
 * @param get who may ask it
 * @param post who may give it an order; without meaning where it takes none
 * @param summary what it tells or does, in a few words
 * @param resource what answers
 */
public record Route(String path, Role get, Role post, String summary, Resource resource) {

    public Route {
        Objects.requireNonNull(get, "get");
        Objects.requireNonNull(post, "post");
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("a path begins with /, was " + path);
        }
    }

    /** One that everybody may ask who can connect. */
    public static Route open(String path, String summary, Resource resource) {
        return new Route(path, Role.NONE, Role.NONE, summary, resource);
    }

    /** One that those may ask who may see anything. */
    public static Route view(String path, String summary, Resource resource) {
        return new Route(path, Role.VIEWER, Role.VIEWER, summary, resource);
    }

    /** One that everybody sees who may see anything, and that takes orders of a higher role. */
    public static Route action(String path, Role post, String summary, Action resource) {
        return new Route(path, Role.VIEWER, post, summary, resource);
    }

    /** Whether it takes a POST. */
    public boolean takesOrders() {
        return resource instanceof Action;
    }
}
