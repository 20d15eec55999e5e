package io.firehole.sharing;

import java.util.Optional;

/**
 * Where a database is, and as whom to connect.
 *
 * @param url as JDBC has it, {@code jdbc:postgresql://host/database}; without a password
 * @param user empty for the URL's or the driver's own
 * @param password empty for none; shown nowhere
 */
public record DatabaseAccess(String url, Optional<String> user, String password) {

    private static final String PREFIX = "jdbc:postgresql:";

    public DatabaseAccess {
        if (!url.startsWith(PREFIX)) {
            throw new IllegalArgumentException("the URL of a shared budget must begin with " + PREFIX);
        }
    }

    /** The URL without its parameters, for messages. */
    String place() {
        int parameters = url.indexOf('?');
        return parameters < 0 ? url : url.substring(0, parameters);
    }

    @Override
    public String toString() {
        return "DatabaseAccess[" + place() + ", user=" + user.orElse("(none)") + "]";
    }
}
