package io.firehole.cli.config;

import java.util.Optional;

/**
 * A budget shared by several hosts through PostgreSQL.
 *
 * @param url of the database, as JDBC has it, without a password
 * @param user who connects; empty for the URL's or the driver's own
 * @param password empty for none; shown nowhere
 * @param hosts how many share it
 * @param share how many permits of each rule each host may use while the database is away
 */
public record SharingConfig(String url, Optional<String> user, String password, int hosts, int share) {

    @Override
    public String toString() {
        return "SharingConfig[url=" + url + ", user=" + user.orElse("(none)") + ", hosts=" + hosts + ", share=" + share
                + "]";
    }
}
