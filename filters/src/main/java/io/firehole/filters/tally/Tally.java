package io.firehole.filters.tally;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;

/**
 * Identifiers of updates, as often as they came, with their count and a hash that does not depend on their order.
 *
 * <p>One thread. Grows with what is added: meant for tests, the simulator and {@code try-filter}, not for a stream that
 * never ends.
 */
public final class Tally {

    private final List<String> ids = new ArrayList<>();

    /** Adds one update. */
    public void add(String id) {
        ids.add(id);
    }

    /** Adds all updates of another tally or list. */
    public void addAll(Collection<String> more) {
        ids.addAll(more);
    }

    /** How many updates were added. */
    public int count() {
        return ids.size();
    }

    /** The identifiers in the order in which they came; read only. */
    public List<String> ids() {
        return Collections.unmodifiableList(ids);
    }

    /** The same without repetitions. */
    public Tally distinct() {
        Tally distinct = new Tally();
        distinct.addAll(new LinkedHashSet<>(ids));
        return distinct;
    }

    /** SHA-256 of the identifiers as UTF-8, sorted bytewise, joined by a newline: 64 lowercase hex digits. */
    public String sha256() {
        byte[][] sorted = new byte[ids.size()][];
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] = ids.get(i).getBytes(StandardCharsets.UTF_8);
        }
        Arrays.sort(sorted, Arrays::compareUnsigned);
        MessageDigest digest = newDigest();
        for (int i = 0; i < sorted.length; i++) {
            if (i > 0) {
                digest.update((byte) '\n');
            }
            digest.update(sorted[i]);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "Tally[" + count() + ", " + sha256().substring(0, 16) + "]";
    }
}
