package io.firehole.filters;

import java.io.Serial;

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

    private InvalidFilterException(String prefix, String reason, String where) {
        super(reason);
        this.prefix = prefix;
        this.reason = reason;
        this.where = where;
    }

    /** The fault, its place not yet known. */
    static InvalidFilterException because(String reason) {
        return new InvalidFilterException(SUBSCRIBE_PREFIX, reason, "");
    }

    /** The same fault, found inside that part of the request. */
    InvalidFilterException in(String part) {
        String dot = where.isEmpty() || where.startsWith("[") ? "" : ".";
        InvalidFilterException placed = new InvalidFilterException(prefix, reason, part + dot + where);
        placed.setStackTrace(getStackTrace());
        return placed;
    }

    /** The same fault, found in the filter of that name. */
    InvalidFilterException inFilter(FilterKind kind, String name) {
        return in(kind.fieldName() + "[" + shown(name) + "]");
    }

    /** The same fault in a {@code SubscribeDeshredRequest}. */
    InvalidFilterException ofDeshred() {
        InvalidFilterException deshred = new InvalidFilterException(DESHRED_PREFIX, reason, where);
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

    static String shown(String name) {
        return '"' + (name.length() <= NAME_CHARS_SHOWN ? name : name.substring(0, NAME_CHARS_SHOWN) + "...") + '"';
    }
}
