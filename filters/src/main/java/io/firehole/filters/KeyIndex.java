package io.firehole.filters;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * From a key to the filters that may match an update with that key: where there are many filters, only these are asked.
 *
 * <p>Each filter is entered under the keys one of which a matching update must have (its anchor), or among those that
 * must always be asked. Immutable.
 */
final class KeyIndex {

    /** Up to so many filters, asking each is as fast as looking them up. */
    static final int SCAN_MAX = 8;

    private final KeySet keys;

    /** By position of the key: the filters entered under it. */
    private final int[][] filters;

    private final BitSet always;

    private KeyIndex(KeySet keys, int[][] filters, BitSet always) {
        this.keys = keys;
        this.filters = filters;
        this.always = always;
    }

    /** Of filters whose anchors these are, in their order; null for a filter that has none. */
    static KeyIndex of(List<@Nullable KeySet> anchors) {
        BitSet always = new BitSet(anchors.size());
        KeySet.Builder builder = new KeySet.Builder(0);
        for (int filter = 0; filter < anchors.size(); filter++) {
            KeySet anchor = anchors.get(filter);
            if (anchor == null) {
                always.set(filter);
            } else {
                for (int i = 0; i < anchor.size(); i++) {
                    builder.add(anchor.key(i));
                }
            }
        }
        KeySet keys = builder.build();
        int[][] filters = new int[keys.size()][];
        for (int filter = 0; filter < anchors.size(); filter++) {
            KeySet anchor = anchors.get(filter);
            if (anchor != null) {
                for (int i = 0; i < anchor.size(); i++) {
                    int position = keys.positionOf(anchor, i);
                    int[] entered = filters[position];
                    int[] more = entered == null ? new int[1] : Arrays.copyOf(entered, entered.length + 1);
                    more[more.length - 1] = filter;
                    filters[position] = more;
                }
            }
        }
        return new KeyIndex(keys, filters, always);
    }

    /** The filters to ask about an update with that key; the caller's own to change. */
    BitSet candidates(@Nullable PublicKey key) {
        BitSet candidates = (BitSet) always.clone();
        enter(keys.position(key), candidates);
        return candidates;
    }

    /** The filters to ask about an update with those keys; the caller's own to change. */
    BitSet candidates(KeySet updateKeys) {
        BitSet candidates = (BitSet) always.clone();
        for (int i = 0; i < updateKeys.size(); i++) {
            enter(keys.positionOf(updateKeys, i), candidates);
        }
        return candidates;
    }

    private void enter(int position, BitSet candidates) {
        if (position >= 0) {
            for (int filter : filters[position]) {
                candidates.set(filter);
            }
        }
    }
}
