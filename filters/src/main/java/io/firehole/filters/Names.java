package io.firehole.filters;

import java.util.List;
import java.util.Set;

/** The names of filters that have no conditions: every update of their kind matches all of them. */
final class Names {

    private Names() {}

    /** The names in the order of the request, once their number and lengths are checked. */
    static List<String> compile(FilterKind kind, Set<String> requested, long max, int nameBytes)
            throws InvalidFilterException {
        checkCount(kind, requested.size(), max);
        for (String name : requested) {
            check(kind, name, nameBytes);
        }
        return List.copyOf(requested);
    }

    static void check(FilterKind kind, String name, int nameBytes) throws InvalidFilterException {
        try {
            LimitCheck.name(name, nameBytes);
        } catch (InvalidFilterException e) {
            throw e.inFilter(kind, name);
        }
    }

    static void checkCount(FilterKind kind, int found, long max) throws InvalidFilterException {
        try {
            LimitCheck.max(found, max);
        } catch (InvalidFilterException e) {
            throw e.in(kind.fieldName());
        }
    }
}
