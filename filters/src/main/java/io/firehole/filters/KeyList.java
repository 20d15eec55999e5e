package io.firehole.filters;

import java.util.List;
import java.util.Set;

/** A list of keys in a filter, as text in the request, as a set once it is read. */
final class KeyList {

    private KeyList() {}

    /** Reads the keys in their order, so that the first fault is the one reported. */
    static KeySet compile(String field, List<String> texts, Set<PublicKey> reject) throws InvalidFilterException {
        if (texts.isEmpty()) {
            return KeySet.EMPTY;
        }
        KeySet.Builder keys = new KeySet.Builder(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            try {
                PublicKey key = PublicKey.parse(texts.get(i));
                LimitCheck.notRejected(key, reject);
                keys.add(key);
            } catch (InvalidFilterException e) {
                throw e.in(field + "[" + i + "]");
            }
        }
        return keys.build();
    }
}
