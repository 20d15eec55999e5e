package io.firehole.filters;

import io.firehole.filters.InvalidFilterException.Bound;
import java.util.Set;

/** The checks that several kinds of filter share, each with the reference server's text. */
final class LimitCheck {

    private LimitCheck() {}

    /** Of filters, of data slices and of bytes of a cuckoo set: the reference has one text for the three. */
    static void max(long found, long max) throws InvalidFilterException {
        if (found > max) {
            throw InvalidFilterException.beyond(
                    Bound.COUNT, "Max amount of filters/data_slices reached, only " + max + " allowed");
        }
    }

    static void any(boolean empty, boolean allowed) throws InvalidFilterException {
        if (empty && !allowed) {
            throw InvalidFilterException.beyond(
                    Bound.ANY, "Subscribe on full stream with `any` is not allowed, at least one filter required");
        }
    }

    static void keys(int found, long max, String field) throws InvalidFilterException {
        if (found > max) {
            throw InvalidFilterException.beyond(Bound.KEYS, "Max amount of Pubkeys reached, only " + max + " allowed")
                    .in(field);
        }
    }

    static void name(String name, int maxBytes) throws InvalidFilterException {
        int bytes = utf8Bytes(name);
        if (bytes > maxBytes) {
            throw InvalidFilterException.beyond(
                    Bound.NAME, "oversized filter name (max allowed size " + maxBytes + "), found " + bytes);
        }
    }

    static void notRejected(PublicKey key, Set<PublicKey> reject) throws InvalidFilterException {
        if (reject.contains(key)) {
            throw InvalidFilterException.beyond(Bound.REJECTED, "Pubkey " + key + " in filters is not allowed");
        }
    }

    /** How long the text is as UTF-8: lengths are limited in bytes, not in Java's characters. */
    static int utf8Bytes(String text) {
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                bytes += 1;
            } else if (c < 0x800 || Character.isSurrogate(c)) {
                bytes += 2;
            } else {
                bytes += 3;
            }
        }
        return bytes;
    }
}
