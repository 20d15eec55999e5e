package io.firehole.console.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a caller may do. Each role may do what those before it may. */
public enum Role {
    /** Nothing but to be told that the program is alive, and to log in. */
    NONE,
    /** See everything; no secret is shown to anybody. */
    VIEWER,
    /** Also what costs a permit or a moment, such as to reconnect. */
    OPERATOR,
    /** Also end the program. */
    ADMIN;

    /** As in a file of tokens. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether this role may do what needs that one. */
    public boolean covers(Role needed) {
        return compareTo(needed) >= 0;
    }

    /** The role that a file of tokens calls so; empty if there is none. */
    static Optional<Role> of(String word) {
        return Arrays.stream(values())
                .filter(role -> role != NONE && role.word().equals(word))
                .findFirst();
    }
}
