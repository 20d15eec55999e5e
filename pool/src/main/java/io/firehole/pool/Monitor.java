package io.firehole.pool;

import java.util.Objects;

/**
 * One consumer, as the pool knows it.
 *
 * @param id its name in logs and figures; several streams may be open under one id
 * @param group its frequency group
 * @param dedicated whether it has a stream of the provider for itself, whatever it asks
 * @param fixed whether it stays in its group whatever its rate, even where {@link PoolConfig#automaticGroups} move others
 */
public record Monitor(String id, Group group, boolean dedicated, boolean fixed) {

    public Monitor {
        if (id.isEmpty()) {
            throw new IllegalArgumentException("a monitor needs an id, was empty");
        }
        Objects.requireNonNull(group, "group");
    }

    /** One that shares streams with others. */
    public Monitor(String id, Group group) {
        this(id, group, false, false);
    }

    /** The same with a stream of the provider for itself. */
    public Monitor asDedicated() {
        return dedicated(true);
    }

    /** The same in another group. */
    public Monitor inGroup(Group other) {
        return new Monitor(id, other, dedicated, fixed);
    }

    /** The same, kept in its group whatever its rate. */
    public Monitor asFixed() {
        return new Monitor(id, group, dedicated, true);
    }

    /** The same, with a stream of the provider for itself or without. */
    public Monitor dedicated(boolean toItself) {
        return new Monitor(id, group, toItself, fixed);
    }
}
