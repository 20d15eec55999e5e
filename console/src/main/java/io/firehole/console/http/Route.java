package io.firehole.console.http;

import io.firehole.console.access.Role;
import java.util.Objects;

/**
 * A path and what stands behind it.
 *
 * @param path whose variable parts stand in braces, as in {@code /monitors/{id}}
 * @param get who may ask it
 * @param post who may give it an order; without meaning where it takes none
 * @param resource what answers
 */
public record Route(String path, Role get, Role post, Resource resource) {

    public Route {
        Objects.requireNonNull(get, "get");
        Objects.requireNonNull(post, "post");
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("a path begins with /, was " + path);
        }
    }

    /** One that everybody may ask who can connect. */
    public static Route open(String path, Resource resource) {
        return new Route(path, Role.NONE, Role.NONE, resource);
    }

    /** One that those may ask who may see anything. */
    public static Route view(String path, Resource resource) {
        return new Route(path, Role.VIEWER, Role.VIEWER, resource);
    }

    /** One that everybody sees who may see anything, and that takes orders of a higher role. */
    public static Route action(String path, Role post, Action resource) {
        return new Route(path, Role.VIEWER, post, resource);
    }

    /** Whether it takes a POST. */
    public boolean takesOrders() {
        return resource instanceof Action;
    }
}
