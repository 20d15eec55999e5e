package io.firehole.history;

import java.util.Optional;

/**
 * Where the database is, and as whom to connect.
 *
 * @param url as JDBC has it, {@code jdbc:postgresql://host/database}; without a password
 * @param user empty for the URL's or the driver's own
 * @param password empty for none; shown nowhere
 */
public record HistoryDatabase(String url, Optional<String> user, String password) {

    private static final String PREFIX = "jdbc:postgresql:";

    public HistoryDatabase {
        if (!url.startsWith(PREFIX)) {
            throw new IllegalArgumentException("the URL of the history's database must begin with " + PREFIX);
        }
    }

    /** The URL without its parameters, for messages. */
    String place() {
        int parameters = url.indexOf('?');
        return parameters < 0 ? url : url.substring(0, parameters);
    }

    @Override
    public String toString() {
        return "HistoryDatabase[" + place() + ", user=" + user.orElse("(none)") + "]";
    }
}
