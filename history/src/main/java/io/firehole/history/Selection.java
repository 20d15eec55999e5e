package io.firehole.history;

import java.util.Objects;

/**
 * One connection or one monitor alone.
 *
 * @param by what it is
 * @param id its id, as rows have it
 */
public record Selection(GroupBy by, String id) {

    public Selection {
        Objects.requireNonNull(by, "by");
        Objects.requireNonNull(id, "id");
    }
}
