package io.firehole.pool;

import java.util.Objects;

/**
 * One consumer, as the pool knows it.
 *
 * @param id its name in logs and figures; several streams may be open under one id
 * @param group its frequency group
 * @param dedicated whether it has a stream of the provider for itself, whatever it asks
 */
public record Monitor(String id, Group group, boolean dedicated) {

    public Monitor {
        if (id.isEmpty()) {
            throw new IllegalArgumentException("a monitor needs an id, was empty");
        }
        Objects.requireNonNull(group, "group");
    }

    /** One that shares streams with others. */
    public Monitor(String id, Group group) {
        this(id, group, false);
    }

    /** The same with a stream of the provider for itself. */
    public Monitor asDedicated() {
        return new Monitor(id, group, true);
    }
}
