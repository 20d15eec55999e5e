package io.firehole.filters;

import java.io.Serial;
import java.util.Optional;

/**
 * A request that no provider would accept.
 *
 * <p>{@link #getMessage()} is the reference server's own text, which says what is wrong but not where; that is in
 * {@link #where()}, for logs and for people.
 */
public final class InvalidFilterException extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    /** What stands before the reason in the status of {@code Subscribe}. */
    static final String SUBSCRIBE_PREFIX = "failed to create filter: ";

    /** What stands before the reason in the status of {@code SubscribeDeshred}. */
    static final String DESHRED_PREFIX = "failed to create deshred filter: ";

    /** How much of a filter's name {@link #where()} shows: a name can be as long as a request. */
    private static final int NAME_CHARS_SHOWN = 64;

    private final String prefix;
    private final String reason;
    private final String where;
    private final Bound bound;

    /** What kind of limit a filter is beyond. */
    enum Bound {
        /** None: no provider would take it. */
        NONE,
        COUNT,
        ANY,
        KEYS,
        REJECTED,
        NAME
    }

    private InvalidFilterException(String prefix, String reason, String where, Bound bound) {
        super(reason);
        this.prefix = prefix;
        this.reason = reason;
        this.where = where;
        this.bound = bound;
    }

    /** The fault, its place not yet known. */
    static InvalidFilterException because(String reason) {
        return beyond(Bound.NONE, reason);
    }

    /** The same for a fault that is one only where such a limit is set. */
    static InvalidFilterException beyond(Bound bound, String reason) {
        return new InvalidFilterException(SUBSCRIBE_PREFIX, reason, "", bound);
    }

    /** The same fault, found inside that part of the request. */
    InvalidFilterException in(String part) {
        String dot = where.isEmpty() || where.startsWith("[") ? "" : ".";
        InvalidFilterException placed = new InvalidFilterException(prefix, reason, part + dot + where, bound);
        placed.setStackTrace(getStackTrace());
        return placed;
    }

    /** The same fault, found in the filter of that name. */
    InvalidFilterException inFilter(FilterKind kind, String name) {
        return in(kind.fieldName() + "[" + shown(name) + "]");
    }

    /** The same fault in a {@code SubscribeDeshredRequest}. */
    InvalidFilterException ofDeshred() {
        InvalidFilterException deshred = new InvalidFilterException(DESHRED_PREFIX, reason, where, bound);
        deshred.setStackTrace(getStackTrace());
        return deshred;
    }

    /** The whole text of the status INVALID_ARGUMENT, as the reference server sends it. */
    public String statusMessage() {
        return prefix + reason;
    }

    /** The place in the request, such as {@code transactions["pumpfun"].account_include[3]}; never in the status. */
    public String where() {
        return where;
    }

    /**
     * The limit that is passed, by its key in a provider's profile, such as {@code transactions.include-max}; empty if no
     * limit is, and the request is wrong at any provider.
     */
    public Optional<String> limit() {
        return switch (bound) {
            case NONE -> Optional.empty();
            case NAME -> Optional.of("filters.name-bytes");
            case ANY -> Optional.of(kind() + ".any");
            case COUNT ->
                Optional.of(
                        where.equals("accounts_data_slice")
                                ? "accounts.data-slices"
                                : kind() + (where.contains("[") ? ".cuckoo-bytes" : ".max"));
            case KEYS -> Optional.of(kind() + "." + field() + "-max");
            case REJECTED -> Optional.of(kind() + "." + field() + "-reject");
        };
    }

    private String kind() {
        String kind = where.replaceFirst("[\\[.].*", "");
        return switch (kind) {
            case "transactions_status" -> "transactions";
            case "deshred_transactions" -> "deshred";
            case "entry" -> "entries";
            default -> kind.replace('_', '-');
        };
    }

    /** The field behind the filter's name, which may hold anything. */
    private String field() {
        String place = where.substring(where.lastIndexOf("\"].") + 3);
        return place.replaceFirst("\\[.*", "").replaceFirst("^account_", "");
    }

    static String shown(String name) {
        return '"' + (name.length() <= NAME_CHARS_SHOWN ? name : name.substring(0, NAME_CHARS_SHOWN) + "...") + '"';
    }
}
