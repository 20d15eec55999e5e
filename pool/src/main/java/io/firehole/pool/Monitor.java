package io.firehole.pool;

import java.util.Objects;

/**
 * One consumer, as the pool knows it.
 *
 * @param id its name in logs and figures; several streams may be open under one id
 * @param group its frequency group
 */
public record Monitor(String id, Group group) {

    public Monitor {
        if (id.isEmpty()) {
            throw new IllegalArgumentException("a monitor needs an id, was empty");
        }
        Objects.requireNonNull(group, "group");
    }
}
